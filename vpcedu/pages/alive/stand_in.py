"""A stand-in for ipywidgets where Python has no page: under Pyodide, in a worker.

It is packed under the name ipywidgets. A tree of controls goes out as JSON, changes come in:
`flush` gives what the page must make and change, `receive` takes what the learner moved. Python
never touches the page. What the course has of ipywidgets is here, and nothing else: each name and
value as in ipywidgets 8. A choice is sent as its number, so any value can be one.
"""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

VIEW = "application/vnd.jupyter.widget-view+json"  # ipywidgets' own media type
_made: list[Widget] = []  # by number
_new: list[Widget] = []  # the page has not seen them
_changed: dict[int, dict[str, Any]] = {}  # what changed in those that it has
_MISSING = object()


class Moved(dict):  # type: ignore[type-arg]
    """What an observer is told: the entries name, old, new and owner, as attributes too."""

    new: Any
    __getattr__ = dict.__getitem__


class Look:
    """The CSS or the style of a widget; what is set on it goes to the page as `prefix.name`."""

    _owner: Widget
    _prefix: str

    def __init__(self, owner: Widget, prefix: str, given: dict[str, Any]) -> None:
        self.__dict__.update(_owner=owner, _prefix=prefix)
        for name, value in given.items():
            setattr(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        self.__dict__[name] = value
        self._owner.put(f"{self._prefix}.{name.replace('_', '-')}", value)


class Widget:
    """A control with a value; `kind` is what the page makes of it.

    What is set under one of the names in `sent` goes to the page.
    """

    kind = ""
    sent: tuple[str, ...] = ("description", "disabled", "tooltip", "button_style", "tooltips")

    def __init__(self, value: Any = None, **given: Any) -> None:
        self.number, self.state = len(_made), {}  # type: int, dict[str, Any]
        self._observers: list[tuple[Callable[[Moved], object], Any]] = []
        self._value = value
        _made.append(self)
        _new.append(self)
        looks = {"layout": given.pop("layout", {}), "style": given.pop("style", {})}
        for name, words in ({"description": "", "disabled": False} | given | looks).items():
            setattr(self, name, words)
        self.paint()

    def __setattr__(self, name: str, value: Any) -> None:
        if name in ("layout", "style"):
            value = Look(self, name, value or {})
        super().__setattr__(name, value)
        if name in self.sent:
            self.put(name, value)

    def paint(self) -> None:
        """Send the value."""
        self.put("value", self._value)

    def put(self, name: str, value: Any) -> None:
        """Send a value under a name, unless the page has it."""
        if name in self.state and self.state[name] == value:
            return
        self.state[name] = value
        if self not in _new:
            _changed.setdefault(self.number, {})[name] = value

    def observe(self, handler: Callable[[Moved], object], names: Any = "value") -> None:
        """Call the handler with every change of these names."""
        self._observers.append((handler, names))

    def add_class(self, name: str) -> None:
        """Add a CSS class."""
        self.put("classes", [*self.state.get("classes", ()), name])

    def tell(self, before: Any) -> None:
        """Tell the observers that the value has changed."""
        for handler, names in list(self._observers):
            if "value" in ([names] if isinstance(names, str) else names):
                handler(Moved(name="value", old=before, new=self._value, owner=self, type="change"))

    @property
    def value(self) -> Any:
        """What is set."""
        return self._value

    @value.setter
    def value(self, value: Any) -> None:
        before, self._value = self._value, self.fit(value)
        self.paint()
        if self._value != before:
            self.tell(before)

    def fit(self, value: Any) -> Any:
        """The value within what is possible."""
        return value

    def came(self, value: Any) -> None:
        """The learner set it, on the page."""
        self.value = value

    def _repr_mimebundle_(self, **formats: Any) -> dict[str, Any]:
        return {VIEW: {"model_id": self.number}, "text/plain": f"{self.kind}()"}


class HTML(Widget):
    """Markup; the page cleans it."""

    kind = "html"


class Label(Widget):
    """Words."""

    kind = "label"


class Boxed(Widget):
    """Widgets in a row or column."""

    kind = "hbox"

    def __init__(self, children: Any = (), **given: Any) -> None:
        self.children = tuple(children)
        super().__init__(**given)
        self.put("children", [child.number for child in self.children])


class HBox(Boxed):
    """A row."""


class VBox(Boxed):
    """A column."""

    kind = "vbox"


class Button(Widget):
    """A button."""

    kind = "button"

    def __init__(self, **given: Any) -> None:
        self._pressed: list[Callable[[Button], object]] = []
        super().__init__(**given)

    def on_click(self, handler: Callable[[Button], object]) -> None:
        """Call the handler with every press."""
        self._pressed.append(handler)

    def click(self) -> None:
        """Press it."""
        for handler in self._pressed:
            handler(self)

    def came(self, value: Any) -> None:
        """It was pressed."""
        self.click()


class IntSlider(Widget):
    """A whole number between two; a value beyond them is the nearer end."""

    kind = "slider"
    sent = (*Widget.sent, "min", "max", "step", "interval")
    min: int
    max: int

    def __init__(
        self, value: int = 0, min: int = 0, max: int = 100, step: int = 1, **given: Any
    ) -> None:
        self._value = value
        super().__init__(value, min=min, max=max, step=step, **given)
        self.value = value

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name in ("min", "max") and "step" in self.state:
            self.value = self._value  # which may lie beyond the new end

    def fit(self, value: int) -> int:
        """The value, or the end that it is beyond."""
        return max(self.min, min(self.max, value))


class Play(IntSlider):
    """A number that goes on by itself; the page keeps the time."""

    kind = "play"


class BoundedIntText(IntSlider):
    """A number that is typed."""

    kind = "number"


class IntProgress(IntSlider):
    """A bar."""

    kind = "progress"


class IntRangeSlider(Widget):
    """Two whole numbers, the smaller one first."""

    kind = "range"
    sent = (*Widget.sent, "min", "max", "step")

    def came(self, value: Any) -> None:
        """The learner set it, on the page."""
        self.value = tuple(sorted(value))


class Checkbox(Widget):
    """A box to tick."""

    kind = "checkbox"

    def __init__(self, value: bool = False, **given: Any) -> None:
        super().__init__(value, **given)


class Typed(Widget):
    """A line of text."""

    kind = "text"

    def __init__(self, value: str = "", **given: Any) -> None:
        super().__init__(value, **given)


class Chosen(Widget):
    """One of several values, each with words; None where nothing is chosen."""

    def __init__(self, options: Any = (), value: Any = _MISSING, **given: Any) -> None:
        self._offer(options)
        first = next(iter(self._options_values), None)
        super().__init__(first if value is _MISSING else self.fit(value), **given)

    def _offer(self, options: Any) -> None:
        self._options = tuple(options)
        pairs = [one if isinstance(one, tuple) else (str(one), one) for one in self._options]
        self._options_labels = tuple(words for words, _ in pairs)
        self._options_values = tuple(value for _, value in pairs)

    @property
    def options(self) -> tuple[Any, ...]:
        """Values, or pairs of words and values, as they were given; the first is chosen then."""
        return self._options

    @options.setter
    def options(self, options: Any) -> None:
        self._offer(options)
        self.value = next(iter(self._options_values), None)

    def fit(self, value: Any) -> Any:
        """The value; ValueError where it is none of the options."""
        if value is not None and value not in self._options_values:
            words = ", ".join(self._options_labels)
            raise ValueError(f"this choice has no such value: expected one of {words}")
        return value

    def paint(self) -> None:
        """Send the words, and which of them is chosen: its number, or None."""
        self.put("options", list(self._options_labels))
        chosen = self._value in self._options_values
        self.put("value", self._options_values.index(self._value) if chosen else None)

    def came(self, value: Any) -> None:
        """The learner chose the option of that number."""
        self.value = self._options_values[value]


class ToggleButtons(Chosen):
    """A button for each."""

    kind = "toggles"


class RadioButtons(Chosen):
    """A line for each."""

    kind = "radios"


class Dropdown(Chosen):
    """A menu."""

    kind = "menu"


class SelectionSlider(Chosen):
    """A slider over them."""

    kind = "steps"


Box, Text = Boxed, Typed  # their names in ipywidgets; the package has classes of that name


def jslink(one: tuple[Widget, str], other: tuple[Widget, str]) -> None:
    """Keep two values the same; the first of the two sets the other."""
    (first, _), (second, _) = one, other
    second.value = first.value
    first.observe(lambda change: setattr(second, "value", change.new))
    second.observe(lambda change: setattr(first, "value", change.new))


def flush() -> str:
    """What the page must make and change, as JSON; each place once, however often it was set."""
    told = {
        "new": [[widget.number, widget.kind, widget.state] for widget in _new],
        "changed": list(_changed.items()),
    }
    out = json.dumps(told)
    _new.clear()
    _changed.clear()
    return out


def receive(number: int, value: Any) -> None:
    """The learner moved the control of that number to a value; what the page shows is not sent."""
    widget = _made[number]
    widget.state["value"] = value
    widget.came(value)
