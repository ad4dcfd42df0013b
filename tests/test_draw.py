"""Pictures are laid out right.

Tested on scenes, without painting, for every architecture and many failures.
"""

from __future__ import annotations

import subprocess
import sys
import warnings
from functools import cache
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from rigs.layout import faults
from rigs.painted import assert_same

from vpcedu import draw
from vpcedu.course.lesson_11 import named
from vpcedu.draw.canvas import style
from vpcedu.draw.canvas.fonts import shorten, width_of, wrap
from vpcedu.draw.canvas.picture import Picture
from vpcedu.draw.canvas.scene import Band, Box, Line, Mark, Scene, Text
from vpcedu.draw.reading.legs import boxed, changed, legs_of, rewritings
from vpcedu.network.conversations import conversations
from vpcedu.network.link import Link
from vpcedu.sites.reference import reference_architecture, reference_vpc
from vpcedu.sites.site import Site

PAGE = "http://www.example.com/"
BALANCERS = ("classic-tcp", "classic-http", "application", "network")
NATS = ("instance", "gateway")


def _visits():
    """Name -> how to make the visit."""
    made = {}
    for balancer in BALANCERS:
        for nat in NATS:
            made[f"{balancer} {nat}"] = lambda b=balancer, n=nat: reference_architecture(b, n).get(
                PAGE
            )
        what_ifs = (
            enumerate(reference_vpc(balancer).rows())
            if balancer in ("classic-tcp", "network")
            else ()
        )
        for number, row in what_ifs:
            made[f"{balancer} without row {number}, {row}"] = lambda b=balancer, r=row: (
                reference_architecture(b).without(r).get(PAGE)
            )
        made[f"{balancer} twice"] = lambda b=balancer: _second(reference_architecture(b))
        for lost in (1, 2, 3, 5):
            made[f"{balancer} losing {lost}"] = lambda b=balancer, n=lost: Site(
                reference_vpc(b), 0, Link(lose=(n,))
            ).get(PAGE)
    for nat in NATS:
        for port in (443, 8080, 81):
            made[f"web {nat} {port}"] = lambda n=nat, p=port: reference_architecture(nat=n).connect(
                "web", "updates.example.net", p
            )
    made["web fetches"] = lambda: reference_architecture(nat="gateway").get(
        "http://updates.example.net:8080/", "web"
    )
    for name, opener, port in (
        ("10.0.1.10", "client", 80),
        ("192.0.2.99", "client", 80),
        ("10.0.9.9", "web", 443),
        ("192.0.2.10", "client", 81),
        ("192.0.2.20", "client", 22),
        ("10.0.0.10", "web", 443),
        ("192.0.2.10", "web", 443),
        ("203.0.113.10", "web", 443),
    ):
        made[f"{opener} to {name}:{port}"] = lambda o=opener, n=name, p=port: (
            reference_architecture().connect(o, n, p)
        )
    return made


def _second(site):
    site.get(PAGE)
    return site.get(PAGE)


VISITS = _visits()
FEW = [
    "classic-tcp instance",
    "application gateway",
    "network instance",
    "web instance 443",
    "web gateway 8080",
    "classic-http twice",
    "classic-tcp losing 2",
    "web fetches",
    "web to 192.0.2.10:443",
    *(name for name in VISITS if "sg-web in" in name or "10.0.0.0/16 > local" in name),
]
every_visit = pytest.mark.parametrize("name", VISITS)
few_visits = pytest.mark.parametrize("name", FEW)


@cache
def visit(name):
    return VISITS[name]()


@cache
def scenes(name):
    seen = visit(name)
    middle = seen.capture.traces[len(seen.capture) // 2].number
    return {
        "ladder": draw.ladder(seen).scene,
        "every": draw.ladder(seen, every=True).scene,
        "lit": draw.ladder(seen, middle).scene,
        "map": draw.map(seen).scene,
        "connections": draw.map(seen, arrows="connections").scene,
        "map of one": draw.map(seen, middle).scene,
    }


def each_packet(name):
    return [trace.number for trace in visit(name).capture]


@every_visit
def test_nothing_overlaps_or_leaves_the_frame(name):
    wrong = [f"{kind}: {fault}" for kind, scene in scenes(name).items() for fault in faults(scene)]
    assert wrong == []


@few_visits
def test_nothing_overlaps_whichever_packet_is_lit(name):
    seen = visit(name)
    wrong = [
        f"{number}: {fault}"
        for number in each_packet(name)
        for scene in (draw.ladder(seen, number).scene, draw.map(seen, number).scene)
        for fault in faults(scene)
    ]
    assert wrong == []


@few_visits
def test_height_is_the_same_whichever_packet_is_lit(name):
    seen = visit(name)
    heights = {draw.ladder(seen, number).scene.height for number in each_packet(name)}
    assert heights == {draw.ladder(seen, every=True).scene.height}
    for packets in ((None,), each_packet(name)[:6]):  # the whole visit has more hops than a packet
        maps = {
            draw.map(seen, number, arrows).scene.height
            for number in packets
            for arrows in ("packets", "connections")
        }
        assert len(maps) == 1


@few_visits
def test_nothing_jumps_under_a_slider(name):
    """What is drawn for a packet stays at the same place later on.

    Only later packets are missing.
    """
    seen = visit(name)

    def ways(scene):
        return {
            (item.part_of, item.points)
            for item in scene.items
            if isinstance(item, Line) and item.part_of
        }

    numbers = each_packet(name)
    whole = ways(draw.ladder(seen, numbers[-1]).scene)
    for number in numbers:
        assert ways(draw.ladder(seen, number).scene) == {way for way in whole if way[0] <= number}


@every_visit
def test_maps_share_all_places(name):
    """A toggle between packets and connections moves no box and no device's name."""
    boxes = [
        {item for item in scenes(name)[kind].items if isinstance(item, Box) and item.h > 20}
        for kind in ("map", "connections")
    ]
    assert boxes[0] == boxes[1] != set()


@every_visit
def test_rows_stand_in_the_order_of_time(name):
    for every in (True, False):
        starts: dict[int, float] = {}
        for item in scenes(name)["every" if every else "ladder"].items:
            if isinstance(item, Line) and item.part_of:
                starts.setdefault(item.part_of, item.points[0][1])
        assert list(starts) == sorted(starts)
        assert not every or all(one < other for one, other in pairwise(starts.values()))
        assert all(one <= other for one, other in pairwise(starts.values()))
        assert not every or set(starts) == set(each_packet(name))


@every_visit
def test_no_effect_stands_above_its_cause(name):
    for kind in ("every", "ladder"):
        first: dict[int, float] = {}
        last: dict[int, float] = {}
        for item in scenes(name)[kind].items:
            if isinstance(item, Line) and item.part_of:
                first.setdefault(item.part_of, item.points[0][1])
                last[item.part_of] = item.points[-1][1]
        for trace in visit(name).capture:
            if trace.cause.trace in last and trace.number in first:
                assert last[trace.cause.trace] < first[trace.number], (kind, trace.number)


@every_visit
def test_every_loss_is_a_cross_with_its_reason(name):
    lost = [trace for trace in visit(name).capture if trace.dropped]
    every = scenes(name)["every"].items
    crosses = {
        item.part_of
        for item in every
        if isinstance(item, Mark) and item.kind == "cross" and item.part_of
    }
    assert crosses == {trace.number for trace in lost}
    words = [
        item.words
        for item in every
        if isinstance(item, Text) and item.ink == "dropped" and item.bold
    ]
    for trace in lost:  # the word stands beside each cross, not only in the note under the picture
        code = trace.dropped.reason.code
        assert words.count(code) == sum(other.dropped.reason.code == code for other in lost)
    for kind in ("every", "ladder", "map"):
        scene = scenes(name)[kind]
        written = " ".join(item.words for item in scene.items if isinstance(item, Text))
        assert all(trace.dropped.reason.code in written for trace in lost)
        assert all(
            trace.dropped.reason.code in scene.alt or "lost on the Internet" in scene.alt
            for trace in lost
        )


@every_visit
def test_every_rewriting_is_a_diamond(name):
    seen = visit(name)
    found: dict[int, int] = {}
    for item in scenes(name)["every"].items:
        if isinstance(item, Mark) and item.kind == "diamond" and item.part_of:
            found[item.part_of] = found.get(item.part_of, 0) + 1
    assert found == {
        trace.number: len(rewritings(trace)) for trace in seen.capture if rewritings(trace)
    }


@every_visit
def test_boxed_field_is_all_that_a_gateway_changes(name):
    """Both sides of a crossing box the address, and the port too where that is rewritten."""
    seen = visit(name)
    for trace in seen.capture:
        legs = legs_of(trace, seen.vpc)
        gates = rewritings(trace)
        for leg, fields in zip(legs, boxed(trace, legs), strict=True):
            wanted = {}
            for gate, side in ((leg.start, 2), (leg.end, 1)):
                if gate in gates and not (gate == leg.end and leg.drop):
                    for change in changed(*gates[gate]):
                        wanted.setdefault(change[0], set()).add(change[side])
            assert dict(fields) == {word: max(found, key=len) for word, found in wanted.items()}
            assert all(
                str(end).startswith(words)
                for word, words in fields
                for end in (
                    (leg.packet.flow.source,) if word == "from" else (leg.packet.flow.destination,)
                )
            )


@every_visit
def test_addresses_that_are_written_were_on_packets(name):
    """No address stands in a ladder or in a hop that the capture or the description has not."""
    seen = visit(name)
    known = {
        end
        for trace in seen.capture
        for step in trace.steps
        for packet in (step.before, step.after)
        if packet
        for end in (packet.flow.src, packet.flow.dst)
    }
    known |= {row.address for row in (*seen.vpc.interfaces, *seen.vpc.outside)}
    for kind, scene in scenes(name).items():
        boxed = [
            item.words for item in scene.items if isinstance(item, Text) and item.ink == "rewritten"
        ]
        for words in boxed:
            if words[0].isdigit():
                assert words.partition(":")[0] in known, kind


@every_visit
def test_alternative_tells_every_connection(name):
    seen = visit(name)
    for kind in ("ladder", "map"):
        scene = scenes(name)[kind]
        for talk in conversations(seen.capture):
            assert f"Connection {talk.number}: {talk.opener}" in scene.alt
            assert str(talk.flow) in scene.alt
        assert scene.title and len(scene.alt) < 4_000


def test_proxy_has_two_walls_and_a_gateway_one_line():
    def heights(name, device):
        from vpcedu.draw.ladders.lifelines import lifelines

        seen = visit(name)
        return lifelines(seen, conversations(seen.capture))[device]

    assert heights("classic-tcp instance", "ELB node").proxy
    nlb = heights("network instance", "NLB node")
    assert not nlb.proxy and not nlb.host


def test_answer_is_lit_on_both_connections():
    def lit(name):
        return {
            item.part_of
            for item in draw.ladder(visit(name)).scene.items
            if isinstance(item, Line) and item.width == style.LIT
        }

    seen = visit("classic-tcp instance")
    assert {seen.capture[number].sender for number in lit("classic-tcp instance")} == {
        "web",
        "ELB node",
    }
    assert len(lit("network instance")) == 1


def test_map_counts_what_the_nat_saw():
    words = [
        item.words
        for item in draw.map(visit("classic-tcp instance")).scene.items
        if isinstance(item, Text)
    ]
    assert "0 of 22 packets" in words
    words = [
        item.words
        for item in draw.map(visit("web instance 443")).scene.items
        if isinstance(item, Text)
    ]
    assert "Where packets go: all 7 meet the NAT" in words


def test_hops_are_a_request_and_its_answer():
    badges = [
        item.words
        for item in draw.map(visit("classic-tcp instance")).scene.items
        if isinstance(item, Mark) and item.kind in ("disc", "circle")
    ]
    assert sorted(badges) == sorted("123456" * 2)  # once on the map, once in the table


@pytest.mark.parametrize("draws", [draw.ladder, draw.map])
def test_unknown_packet_is_refused(draws):
    with pytest.raises(ValueError, match="no packet 99"):
        draws(visit("network instance"), 99)


def test_unknown_words_are_refused():
    with pytest.raises(ValueError, match="expected one of packets, connections"):
        draw.map(visit("network instance"), arrows="roads")


def test_every_character_has_a_width():
    """A letter with an accent is as wide as without.

    What the table has not counts an em, as wide as its widest.
    """
    assert width_of("Größe", 12) == width_of("Gro", 12) + 12 + width_of("e", 12)
    assert width_of("e\N{COMBINING ACUTE ACCENT}", 12) == width_of(
        "\N{LATIN SMALL LETTER E WITH ACUTE}", 12
    )
    assert (
        width_of("\N{SNOWMAN}", 12) == 12 >= max(width_of(chr(code), 12) for code in range(32, 127))
    )


def test_texts_fit_their_room():
    assert wrap("one two three", 12, width_of("one two", 12)) == ("one two", "three")
    assert shorten("a long sentence", 12, 50).endswith("...")
    assert width_of(shorten("a long sentence", 12, 50), 12) <= 50


# Style.


def _luminance(code):
    parts = (int(code[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", style.THEMES)
def test_every_ink_can_be_read_on_every_ground_it_meets(theme):
    colours = style.THEMES[theme]
    for ground, inks in style.MEETINGS.items():
        for ink in inks:
            if ink != "rule":  # decoration only
                low, high = sorted((_luminance(colours[ground]), _luminance(colours[ink])))
                assert (high + 0.05) / (low + 0.05) >= 4.5, (ink, ground)


@few_visits
def test_inks_stand_only_on_grounds_they_can_be_read_on(name):
    for kind, scene in scenes(name).items():
        for i, text in enumerate(scene.items):
            if isinstance(text, Text):
                middle = (
                    (text.extent[0] + text.extent[2]) / 2,
                    (text.extent[1] + text.extent[3]) / 2,
                )
                under = ["paper"] + [
                    item.ground
                    for item in scene.items[:i]
                    if isinstance(item, Box | Band)
                    and item.ground
                    and item.x <= middle[0] <= item.x + item.w
                    and item.y <= middle[1] <= item.y + item.h
                ]
                assert text.ink in style.MEETINGS[under[-1]], (kind, text.words, under[-1])


def test_colours_of_a_stored_picture_fit_a_palette():
    for theme in style.THEMES:
        found = style.colours(theme)
        assert len(found) <= 256
        assert all(0 <= part <= 255 for colour in found for part in colour)


# Painting.


def test_importing_draw_imports_no_matplotlib():
    code = (
        "import sys, vpcedu.draw; print(sorted({'matplotlib', 'PIL', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def _painted():
    pytest.importorskip("matplotlib")
    return draw.ladder(visit("classic-tcp instance"))


def test_missing_matplotlib_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r"pip install vpcedu\[course\]"):
        _ = draw.map(visit("network instance")).figure


def dots(figure):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return bytes(canvas.buffer_rgba())


def test_painter_draws_every_primitive():
    pytest.importorskip("matplotlib")
    from vpcedu.draw.canvas.figure import PAINTERS, figure_of
    from vpcedu.draw.canvas.scene import MARKS, Scene

    items = (
        Band(0, 0, 50, 50, "lit-ground"),
        Box(5, 5, 20, 20, "ink", "", 1.0, 3.0, style.FAINT),
        Line(((0, 0), (50, 50)), "inside", 1.8, style.LONG_DASH, "solid"),
        Line(((0, 50), (50, 0)), "ink", 4.0, (), "hollow"),
        Text(10, 40, "a $ sign", "ink"),
        *(Mark(kind, 60, 60, "ink", 6, "1") for kind in MARKS),
    )
    for theme in style.THEMES:
        blank, *painted = (
            figure_of(Scene(100, 100, one, "title", "alt"), theme)
            for one in ((), *((item,) for item in items))
        )
        for figure in painted:
            assert dots(figure) != dots(blank)
    assert {type(item) for item in items} == set(PAINTERS)


def test_png_is_the_same_twice_and_as_large_as_its_scene():
    from io import BytesIO

    picture = _painted()
    image = pytest.importorskip("PIL.Image")
    for dpi in (100, 200):
        one, other = picture.png(dpi), draw.ladder(visit("classic-tcp instance")).png(dpi)
        assert one == other
        assert image.open(BytesIO(one)).size == (7 * dpi, int(picture.scene.height * dpi / 100))
        colours = {code: n for n, code in image.open(BytesIO(one)).convert("RGB").getcolors(256)}
        for name in (
            "paper",
            "ink",
            "inside",
            "outside",
            "inside-ground",
            "outside-ground",
            "lit-ground",
        ):
            assert colours.get(style.colours("light")[list(style.LIGHT).index(name)], 0) > 50, name


def test_png_at_two_sizes_shows_the_same_picture():
    """Each block of the large one has about the colour of the small one's pixels.

    Nothing is torn or stretched.
    """
    from io import BytesIO

    picture = _painted()
    image = pytest.importorskip("PIL.Image")
    small, large = (
        image.open(BytesIO(picture.png(dpi))).convert("L").resize((70, 70)) for dpi in (100, 200)
    )
    apart = [abs(a - b) for a, b in zip(small.tobytes(), large.tobytes(), strict=True)]
    assert sum(apart) / len(apart) < 3


def test_table_of_widths_is_the_font_matplotlib_paints_with():
    pytest.importorskip("matplotlib")
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(dpi=200)
    renderer = FigureCanvasAgg(figure).get_renderer()
    with rc_context({"text.hinting": "none"}):
        for words, size, bold in (
            ("203.0.113.10:51828", 12, False),
            ("Two connections: web's answer", 16, True),
        ):
            weight = "bold" if bold else "normal"
            text = figure.text(0, 0, words, fontsize=size * 0.72, family=style.FONT, weight=weight)
            assert text.get_window_extent(renderer).width / 2 == pytest.approx(
                width_of(words, size, bold), rel=0.02
            )


def test_picture_shows_itself_with_words():
    picture = _painted()
    data, metadata = picture._repr_mimebundle_()
    assert data["image/png"].startswith(b"\x89PNG")
    assert data["text/plain"] == repr(picture) == picture.alt
    assert metadata["image/png"] == {"width": 700, "alt": picture.alt}


def test_picture_is_painted_on_axes_it_is_given():
    pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    picture = draw.map(visit("network instance"), ax=axes)
    assert picture.axes is axes and picture.figure is axes.figure
    assert [text.get_text() for text in axes.texts] == words_of(picture.scene)


def words_of(scene):
    return [item.words for item in scene.items if getattr(item, "words", "")]


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_picture_is_saved_whole(tmp_path, suffix):
    path = tmp_path / f"ladder{suffix}"
    _painted().save(path)
    assert path.read_bytes()[:5] in (b"\x89PNG\r", b"<svg ", b"<?xml", b"%PDF-")
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_picture_is_not_saved_under_another_suffix(tmp_path):
    with pytest.raises(ValueError, match=r"\.png, \.svg, \.pdf"):
        _painted().save(tmp_path / "ladder.jpg")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["classic-tcp instance", "network instance", "web instance 8080"])
def test_the_svg_painter_paints_what_matplotlib_paints(name):
    """The same words at the same places, and as many signs."""
    picture = draw.ladder(visit(name))
    assert_same(picture)
    root = ElementTree.fromstring(picture.svg())
    heads = sum(1 for item in picture.scene.items if isinstance(item, Line) and item.head)
    diamonds = sum(
        1 for item in picture.scene.items if isinstance(item, Mark) and item.kind == "diamond"
    )
    assert sum(e.tag.endswith("polygon") for e in root.iter()) == heads + diamonds
    assert root.get("role") == "img" and root.get("aria-label") == picture.alt


def test_a_text_of_the_svg_keeps_the_width_the_layout_counted_on():
    root = ElementTree.fromstring(draw.map(visit("network instance")).svg())
    wide = [e for e in root.iter() if e.tag.endswith("text") and len(e.text) > 1]
    for text in wide:
        bold = text.get("font-weight") == "bold"
        assert float(text.get("textLength")) == pytest.approx(
            width_of(text.text, float(text.get("font-size")), bold), abs=0.01
        )
    assert len(wide) > 20


@pytest.mark.parametrize("code", [*range(32), 0x7F, 0x85, 0xD800, 0xDFFF, 0xFFFE, 0xFFFF])
def test_a_name_with_any_character_gives_a_picture_in_every_format(code):
    """XML 1.0 section 2.2: of the C0 controls only tab, line feed and carriage return."""
    words = f"we{chr(code)}b"
    scene = Scene(120, 40, (Text(10, 30, words, "ink", 12.0),), "title", words)
    picture = Picture(scene)
    root = ElementTree.fromstring(picture.svg().encode())
    seen = [root.get("aria-label"), root[-1].text]
    kept = code in (9, 10, 13, 0x7F, 0x85)
    assert all(text[:2] + text[3:] == "web" and (text[2] == "\ufffd") != kept for text in seen)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a font has no sign for each of them
        assert picture.png().startswith(b"\x89PNG") and picture._pdf().startswith(b"%PDF")


@pytest.mark.parametrize("code", range(32))
def test_a_device_s_name_with_a_control_character_gives_well_formed_pictures(code):
    name = f"we{chr(code)}b"
    visit = Site(named(reference_vpc(), {"web": name, "ELB node": f"EL{name}"})).get(PAGE)
    for kind in (draw.ladder, draw.map):
        ElementTree.fromstring(kind(visit).svg().encode())
    assert name in [device.name for device in visit.vpc.devices]
