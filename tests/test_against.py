"""What opened and what closed between two descriptions, each by the row that did it."""

import json
import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from test_properties_vpc import vpcs
from test_verdicts import SCHEMA

from vpcedu import aws, reference_vpc
from vpcedu.__main__ import main
from vpcedu.analysis import against as against_module
from vpcedu.analysis.against import Against
from vpcedu.analysis.audit_report import audit
from vpcedu.network.interface import DownState
from vpcedu.network.open_points import Unknown
from vpcedu.tables.network_acl import AclEntry
from vpcedu.tables.route_table import Route
from vpcedu.tables.security_group import IN, GroupRule


@pytest.fixture(scope="module")
def whole():
    return aws.load(aws.example()).vpc()


def changed(old, new):
    return Against(audit(old), audit(new))


def said(rows):
    return [(str(row.opening), row.by) for row in rows]


def test_a_folder_against_itself_is_empty(whole):
    for vpc in (whole, reference_vpc("network", "gateway")):
        found = changed(vpc, vpc)
        assert (found.opened, found.closed, found.entrances, found.edits) == ((), (), (), [])


def test_where_there_are_more_changes_than_are_tried_it_says_so(whole):
    group = next(row.groups[0] for row in whole.interfaces if row.groups)
    new = whole
    for port in range(2_000, 2_000 + against_module.MOST_EDITS):
        new = new.with_row(GroupRule(group, IN, (port, port), "10.99.0.0/16"))
    late = GroupRule("sg-later", IN, (2222, 2222), "0.0.0.0/0")
    card = next(row for row in whole.interfaces if row.groups)
    few = whole.with_row(late).replace(card, card._replace(groups=(*card.groups, "sg-later")))
    both = new.with_row(late).replace(card, card._replace(groups=(*card.groups, "sg-later")))
    found = changed(whole, both)
    words = [word for row in found.opened for word in row.by]
    assert len(found.edits) == against_module.MOST_EDITS + 2
    assert any("more were not tried" in word for word in words), words
    assert against_module.SEVERAL not in words
    few_words = [word for row in changed(whole, few).opened for word in row.by]
    assert few_words and not any("not tried" in word for word in few_words)


def planted(whole):
    """A change of each kind, and the words of the row that did it."""
    group = next(row.groups[0] for row in whole.interfaces if row.groups)
    rule = next(row for row in whole.group_rules if row.direction == IN)
    entry = next(row for row in whole.acl_entries if row.direction == IN)
    public = whole.associations[0]
    host = next(row for row in whole.interfaces if row.device.startswith("i-"))
    yield whole.with_row(GroupRule(group, IN, (2222, 2222), "0.0.0.0/0")), "added", "2222"
    yield whole.without(rule), "removed", str(rule)
    yield whole.replace(entry, entry._replace(action="deny")), "changed", "deny"
    yield (
        whole.with_row(AclEntry(entry.acl, 1, IN, "deny", 6, (80, 80), "0.0.0.0/0")),
        "added",
        "deny",
    )
    yield whole.without(public), "removed", public.public
    yield whole._replace(internet_gateway=""), "detached", whole.internet_gateway
    yield whole._replace(states=(DownState(host.device, "stopped"),)), "stopped", host.device
    yield whole.replace(host, host._replace(groups=())), "changed", "groups"


def test_each_kind_of_change_is_named_by_its_row(whole):
    for new, *words in planted(whole):
        found = changed(whole, new)
        rows = found.opened + found.closed
        told = [words for row in rows for words in row.by] + list(found.entrances)
        assert any(all(word in one for word in words) for one in told), (words, told, found.edits)


def test_a_rule_that_opens_a_port_is_the_row_that_did_it(whole):
    group = next(row.groups[0] for row in whole.interfaces if row.device.startswith("i-"))
    rule = GroupRule(group, IN, (2222, 2222), whole.cidr)
    found = changed(whole, whole.with_row(rule))
    assert found.opened and not found.closed
    assert {row.by for row in found.opened} == {(f"added {rule}",)}
    assert all("TCP port 2222" in str(row.opening) for row in found.opened)


def test_reversed_opened_and_closed_change_places(whole):
    for new, *_ in planted(whole):
        there, back = changed(whole, new), changed(new, whole)
        assert [row.opening for row in there.opened] == [row.opening for row in back.closed]
        assert [row.opening for row in there.closed] == [row.opening for row in back.opened]


@settings(max_examples=5, deadline=None, derandomize=True)
@given(vpcs(), st.data())
def test_two_random_networks_differ_by_what_packets_tell(vpc, data):
    rows = [*vpc.group_rules, *vpc.acl_entries, *vpc.routes]
    rows = [row for row in rows if not (isinstance(row, Route) and row.target == "local")]
    if not rows:
        return
    new = vpc.without(data.draw(st.sampled_from(rows)))
    assert changed(vpc, vpc).opened == changed(vpc, vpc).closed == ()
    there, back = changed(vpc, new), changed(new, vpc)

    def ends(found):
        return {(row.opening, row.partly) for row in found}

    assert (ends(there.opened), ends(there.closed)) == (ends(back.closed), ends(back.opened))
    before, now = audit(vpc), audit(new)
    for row in there.opened + there.closed:
        for source in row.opening.sources[:1]:
            port = row.opening.ports[0][0]
            pair = [
                one.reaches(*_ends(one, source, row.opening.destinations[0]), port)
                for one in (before, now)
            ]
            assert pair[0] is not pair[1]


def _ends(one, source, destination):
    ids = {row.device: row.id for row in one.vpc.interfaces}
    return ids.get(source, source), ids.get(destination, destination)


def test_what_is_unknown_on_either_side_is_said_and_never_closed(whole):
    host = next(row for row in whole.interfaces if row.device.startswith("i-"))
    rule = next(row for row in whole.group_rules if row.direction == IN)
    less = whole.without(rule)._replace(unknown=(Unknown(host.id, "its groups are not known"),))
    for old, new, when in ((whole, less, "now"), (less, whole, "before")):
        found = changed(old, new)
        assert any(when in words and "not known" in words for words in found.untold)
        for row in found.opened + found.closed:
            assert host.device not in row.opening.sources + row.opening.destinations


def test_the_command_has_an_exit_code_for_each(tmp_path, capsys):
    folder = tmp_path / "new"
    shutil.copytree(aws.example(), folder)

    def run(*words):
        code = main(["audit", str(folder), "--against", str(aws.example()), *words])
        return code, capsys.readouterr().out

    code, out = run()
    assert code == 0 and "Opened\n  nothing" in out and "Closed\n  nothing" in out
    file = folder / "security-groups.json"
    rows = json.loads(file.read_text("utf-8"))
    for row in rows["SecurityGroups"]:
        row["IpPermissions"].append(
            {
                "IpProtocol": "tcp",
                "FromPort": 22,
                "ToPort": 22,
                "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
            }
        )
    file.write_text(json.dumps(rows), "utf-8")
    code, out = run()
    assert code == 1 and "TCP port 22" in out and "by: added" in out
    code, out = run("--json")
    assert code == 1 and json.loads(out)["vpcs"][0]["opened"]
    Draft202012Validator(SCHEMA).validate(json.loads(out))
    (folder / "network-acls.json").unlink()
    code, out = run()
    assert code == 3 and "What cannot be compared" in out and "Closed\n  unknown" in out
    assert main(["audit", str(folder), "--against", str(tmp_path / "none")]) == 2
