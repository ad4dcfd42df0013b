"""Access logs: entries made from a capture, AWS's own examples read, and both held together."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rigs.reference_site import PAGE, site

from vpcedu import Site, reference_vpc, tls_site
from vpcedu.clock import SECOND
from vpcedu.network.record import Call
from vpcedu.network.vpc import Device
from vpcedu.protocols.http import Message
from vpcedu.sites.reference import TARGETS
from vpcedu.tables.action import FixedResponse, Redirect
from vpcedu.tables.security_group import IN, GroupRule
from vpcedu.tables.target_group import Listener, Rule
from vpcedu.views.logs.access_entry import APPLICATION, CLASSIC, NEVER, entry, parse
from vpcedu.views.logs.access_log import access_log

CURL = (("User-Agent", "curl/8.5.0"),)
# AWS's examples: Classic guide and Application Load Balancers guide, "Access logs for your ... Load
# Balancer".
CLASSIC_LINES = """\
2015-05-13T23:39:43.945958Z my-loadbalancer 192.168.131.39:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 0 29 \
"GET http://www.example.com:80/ HTTP/1.1" "curl/7.38.0" - -
2015-05-13T23:39:43.945958Z my-loadbalancer 192.168.131.39:2817 10.0.0.1:80 0.000086 0.001048 0.001337 200 200 0 57 \
"GET https://www.example.com:443/ HTTP/1.1" "curl/7.38.0" DHE-RSA-AES128-SHA TLSv1.2
2015-05-13T23:39:43.945958Z my-loadbalancer 192.168.131.39:2817 10.0.0.1:80 0.001069 0.000028 0.000041 - - 82 305 \
"- - - " "-" - -
2015-05-13T23:39:43.945958Z my-loadbalancer 192.168.131.39:2817 10.0.0.1:80 0.001065 0.000015 0.000023 - - 57 502 \
"- - - " "-" ECDHE-ECDSA-AES128-GCM-SHA256 TLSv1.2
"""
ARN = "arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067"
APPLICATION_LINES = f"""\
http 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 10.0.0.1:80 0.000 0.001 \
0.000 200 200 34 366 "GET http://www.example.com:80/ HTTP/1.1" "curl/7.46.0" - - {ARN} \
"Root=1-58337262-36d228ad5d99923122bbe354" "-" "-" 0 2018-07-02T22:22:48.364000Z "forward" "-" "-" "10.0.0.1:80" \
"200" "-" "-" TID_1234abcd5678ef90 "-" "-" "-"
https 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 10.0.0.1:80 0.086 0.048 \
0.037 200 200 0 57 "GET https://www.example.com:443/ HTTP/1.1" "curl/7.46.0" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 \
{ARN} "Root=1-58337281-1d84f3d73c47ec4e58577259" "www.example.com" \
"arn:aws:acm:us-east-2:123456789012:certificate/12345678-1234-1234-1234-123456789012" 1 \
2018-07-02T22:22:48.364000Z "authenticate,forward" "-" "-" "10.0.0.1:80" "200" "-" "-" TID_1234abcd5678ef90 \
"m.example.com" "-" "TransformSuccess"
ws 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 10.0.0.140:40914 10.0.1.192:8010 0.001 0.003 \
0.000 101 101 218 587 "GET http://10.0.0.30:80/ HTTP/1.1" "-" - - {ARN} "Root=1-58337364-23a8c76965a2ef7629b185e3" \
"-" "-" 1 2018-07-02T22:22:48.364000Z "forward" "-" "-" "10.0.1.192:8010" "101" "-" "-" TID_1234abcd5678ef90 "-" "-" \
"-"
http 2018-11-30T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 - 0.000 0.001 0.000 502 - \
34 366 "GET http://www.example.com:80/ HTTP/1.1" "curl/7.46.0" - - {ARN} "Root=1-58337364-23a8c76965a2ef7629b185e3" \
"-" "-" 0 2018-11-30T22:22:48.364000Z "forward" "-" "LambdaInvalidResponse" "-" "-" "-" "-" TID_1234abcd5678ef90 "-" \
"-" "-"
"""


def logged(balancer, url=PAGE, **changes):
    return site(balancer, **changes).get(url, headers=CURL).access_log().rows


def with_rules(*rules):
    vpc = reference_vpc("application")
    listener = next(row for row in vpc.rows() if getattr(row, "protocol", "") == "HTTP")
    return Site(vpc.replace(listener, listener._replace(rules=rules)))


# --- made from a capture --------------------------------------------------------------------------


def test_one_line_holds_the_client_and_the_target_and_so_two_connections():
    visit = site("classic-http").get(PAGE, headers=CURL)
    (made,) = visit.access_log().rows
    flows = {trace.packet.flow for trace in visit.capture}
    client, backend = made["client:port"], made["backend:port"]
    assert any(str(flow.source) == client for flow in flows) and any(
        str(flow.destination) == backend for flow in flows
    )
    assert not any(
        str(flow.source) == client and str(flow.destination) == backend for flow in flows
    )


def test_a_classic_entry_byte_for_byte():
    assert str(site("classic-http").get(PAGE, headers=CURL).access_log()) == (
        "2026-01-01T00:00:00.060000Z ELB-node 203.0.113.10:51828 10.0.1.10:80 0.000400 0.000400 0.000000 200 200 0 36"
        ' "GET http://www.example.com:80/ HTTP/1.1" "curl/8.5.0" - -'
    )


def test_a_classic_entry_of_a_tcp_listener_is_about_the_connection_and_knows_no_request():
    (made,) = logged("classic-tcp")
    assert str(made).endswith('- - 65 101 "- - - " "-" - -')
    assert (made["backend:port"], made["elb_status_code"]) == ("10.0.1.10:80", None)


def test_an_application_entry_has_all_fields_of_the_guide_in_order():
    (made,) = logged("application")
    assert list(made) == [field.name for field in APPLICATION.fields] and len(made) == 33
    assert str(made).startswith("http 2026-01-01T00:00:00.060800Z app/ELB-node/")
    told = {
        "elb_status_code": 200,
        "target_status_code": 200,
        "actions_executed": "forward",
        "received_bytes": 65,
        "sent_bytes": 101,
        "target:port_list": "10.0.1.10:80",
        "matched_rule_priority": 0,
        "ssl_protocol": None,
        "request_line": "GET http://www.example.com:80/ HTTP/1.1",
        "user_agent": "curl/8.5.0",
    }
    assert told.items() <= made.items()
    assert made["trace_id"].startswith("Root=1-")


def test_an_application_balancer_counts_headers_and_a_classic_one_bodies():
    assert [
        logged(balancer, f"{PAGE}500")[0]["sent_bytes"]
        for balancer in ("classic-http", "application")
    ] == [500, 566]


@pytest.mark.parametrize(
    ("balancer", "request_bytes", "answer_bytes"),
    [("classic-https", 0, 500), ("application", None, 566)],
)
def test_what_tls_hides_is_read_from_the_target_s_side_or_left_open(
    balancer, request_bytes, answer_bytes
):
    (made,) = tls_site(balancer).get("https://www.example.com/500", headers=CURL).access_log().rows
    word = "request" if balancer == "classic-https" else "request_line"
    assert made[word] == "GET https://www.example.com:443/500 HTTP/1.1"
    assert (made["received_bytes"], made["sent_bytes"], made["user_agent"]) == (
        request_bytes,
        answer_bytes,
        "curl/8.5.0",
    )


def test_an_ssl_listener_logs_the_plain_bytes_of_its_connection():
    (made,) = tls_site("classic-ssl").get("https://www.example.com/").access_log().rows
    plain = site("classic-tcp").get(PAGE).access_log().rows[0]
    assert (made["received_bytes"], made["sent_bytes"]) == (
        plain["received_bytes"],
        plain["sent_bytes"],
    )
    assert made["request_processing_time"] == 0.08  # the TLS handshake


CLOSED = {"without": [GroupRule("sg-web", IN, (80, 80), "sg-balancer")]}


def test_a_target_that_is_never_reached_has_no_times_and_no_status():
    (made,) = logged("application", **CLOSED)
    assert (made["elb_status_code"], made["target_status_code"], made["target:port"]) == (
        504,
        None,
        "10.0.1.10:80",
    )
    assert [made[f"{word}_processing_time"] for word in ("request", "target", "response")] == [
        NEVER
    ] * 3
    (made,) = logged("classic-http", **CLOSED)
    assert (made["elb_status_code"], made["backend_status_code"], made["backend:port"]) == (
        504,
        None,
        None,
    )
    assert " - -1 -1 -1 504 - 0 " in str(made)


def test_a_slow_step_is_timed_where_it_was():
    (made,) = logged("application", **CLOSED)
    begun, answered = made["request_creation_time"], made["time"]
    assert (begun[17:19], answered[17:19]) == ("00", "10")  # 10 s for the connection


def test_a_tcp_listener_without_a_reachable_backend_logs_no_backend():
    (made,) = logged("classic-tcp", **CLOSED)
    assert made["backend:port"] is None and " - -1 -1 -1 - - 65 0 " in str(made)


def test_a_client_that_goes_is_logged_as_460_with_no_byte_sent():
    visited = site("application", **CLOSED)
    visited.open(
        Call(
            "client",
            "www.example.com",
            80,
            Message("GET / HTTP/1.1", (("Host", "www.example.com"),)),
        )
    )
    visited.network.run(SECOND)
    (connection,) = visited.network.devices["client"].connections.values()
    visited.network.do("client", "abort", connection)
    visited.network.run(2 * SECOND)
    (made,) = access_log(visited.network).rows
    assert (made["elb_status_code"], made["sent_bytes"], made["target_status_code"]) == (
        460,
        0,
        None,
    )


def test_what_cannot_be_read_is_logged_without_a_request():
    visited = site("application")
    visit = visited.play(Call("client", "www.example.com", 80, Message("GET HTTP/1.1", ())))
    (made,) = visit.access_log().rows
    assert (made["elb_status_code"], made["request_line"], made["actions_executed"]) == (
        400,
        "- - - ",
        None,
    )
    assert made["target_group_arn"] is None and made["sent_bytes"] > 0


def test_rules_actions_and_the_redirect_s_url_are_logged():
    fixed = Rule(20, (), ("/teapot",), FixedResponse("418 I'm a teapot"))
    moved = Rule(10, (), ("/old/*",), Redirect("301 Moved Permanently", "HTTPS", port="443"))
    visited = with_rules(fixed, moved)
    rows = [visited.get(f"{PAGE}{path}").access_log().rows[0] for path in ("teapot", "old/a", "")]
    assert [(row["actions_executed"], row["matched_rule_priority"]) for row in rows] == [
        ("fixed-response", 20),
        ("redirect", 10),
        ("forward", 0),
    ]
    assert rows[1]["redirect_url"] == "https://www.example.com:443/old/a"
    assert [row["target:port"] for row in rows] == [None, None, "10.0.1.10:80"]


def test_every_request_of_a_connection_has_its_own_entry():
    from rigs.one_wire import Talker

    visited = site("application")
    talker = Talker(
        b"".join(f"GET /{size} HTTP/1.1\r\nHost: a\r\n\r\n".encode() for size in (100, 300, 200))
    )
    from vpcedu.flow import Endpoint

    visited.network.do("client", "connect", Endpoint("192.0.2.10", 80), talker)
    visited.network.run(SECOND)
    rows = access_log(visited.network).rows
    assert [row["request_line"].split(" ")[1] for row in rows] == [
        f"http://a:80/{size}" for size in (100, 300, 200)
    ]
    assert [row["sent_bytes"] - rows[0]["sent_bytes"] for row in rows] == [0, 200, 100]
    assert (
        len({row["client:port"] for row in rows})
        == len({row["conn_trace_id"] for row in rows})
        == 1
    )


def test_health_checks_are_not_in_the_log():
    visited = site("application")
    visited.start_checks()
    visited.wait(65 * SECOND)
    assert access_log(visited.network).rows == ()


def test_nodes_of_one_balancer_have_one_log_and_each_its_part():
    seen = site("application")
    visits = [seen.get(PAGE) for _ in range(4)]
    asked = [visit.capture.traces[0].packet.flow.dst for visit in visits]
    assert asked == ["192.0.2.10", "192.0.2.11"] * 2
    log, parts = (
        access_log(seen.network),
        [access_log(seen.network, node) for node in ("ELB node", "ELB node b")],
    )
    assert [row["client:port"] for row in log.rows] == [
        str(visit.capture.traces[0].packet.flow.source) for visit in visits
    ]
    assert [len(part.rows) for part in parts] == [2, 2]
    assert sorted(map(str, log.rows)) == sorted(str(row) for part in parts for row in part.rows)
    assert log.at == "ELB node, ELB node b"


def test_a_network_load_balancer_keeps_no_log_of_tcp_listeners_and_nodes_are_named():
    with pytest.raises(
        ValueError,
        match="at '': expected a Classic or Application Load Balancer's node, one of none",
    ):
        site("network").get(PAGE).access_log()
    with pytest.raises(ValueError, match=r"at 'web': expected .* one of ELB node"):
        site().get(PAGE).access_log("web")
    vpc = reference_vpc()
    kind = vpc.devices[2].kind
    two = vpc._replace(
        devices=(
            *vpc.devices,
            Device("other", kind, (("listeners", (Listener("TCP", 81, TARGETS),)),)),
        )
    )
    with pytest.raises(ValueError, match="one of ELB node, other"):
        access_log(type("Seen", (), {"vpc": two, "capture": site().get(PAGE).capture}))


# --- AWS's examples -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "form"), [(CLASSIC_LINES, CLASSIC), (APPLICATION_LINES, APPLICATION)]
)
def test_aws_s_examples_are_read_and_written_byte_for_byte(text, form):
    entries = parse(text)
    assert [one.form for one in entries] == [form] * 4
    assert "".join(f"{one}\n" for one in entries) == text


def test_what_aws_s_examples_say():
    first, _, tcp, _ = parse(CLASSIC_LINES)
    assert (first["client:port"], first["backend:port"], first["backend_processing_time"]) == (
        "192.168.131.39:2817",
        "10.0.0.1:80",
        0.001048,
    )
    assert (tcp["request"], tcp["user_agent"], tcp["elb_status_code"], tcp["sent_bytes"]) == (
        "- - - ",
        None,
        None,
        305,
    )
    _, secure, _, broken = parse(APPLICATION_LINES)
    assert (secure["domain_name"], secure["actions_executed"]) == (
        "www.example.com",
        "authenticate,forward",
    )
    assert (broken["target:port"], broken["elb_status_code"], broken["error_reason"]) == (
        None,
        502,
        "LambdaInvalidResponse",
    )


def test_a_field_that_aws_adds_later_is_not_read_and_older_entries_may_end_earlier():
    line = APPLICATION_LINES.splitlines()[0]
    assert str(entry(line + ' "-" 7')) == line
    older = " ".join(line.split(" ")[: line.split(" ").index('"-"')])
    assert list(entry(older))[-1] == "trace_id" and str(entry(older)) == older


def test_a_quote_behind_a_backslash_ends_no_field_and_ipv6_clients_are_read():
    line = (
        CLASSIC_LINES.splitlines()[0]
        .replace("curl/7.38.0", 'a \\" b')
        .replace("192.168.131.39", "2001:db8::1")
    )
    assert (
        entry(line)["user_agent"] == 'a \\" b' and entry(line)["client:port"] == "2001:db8::1:2817"
    )
    assert str(entry(line)) == line


GOOD = CLASSIC_LINES.splitlines()[0]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("2015-05-13T23:39:43.945958Z", "yesterday", "time 'yesterday': expected an instant like"),
        (
            "192.168.131.39:2817",
            "192.168.131.39",
            "client:port '192.168.131.39': expected an address and a port",
        ),
        (
            "10.0.0.1:80",
            "10.0.0.1:99999",
            "backend:port '10.0.0.1:99999': expected an address and a port",
        ),
        ("0.000073", "soon", "request_processing_time 'soon': expected seconds, or -1"),
        (" 200 200 ", " 20 200 ", "elb_status_code '20': expected a status code of three digits"),
        (" 0 29 ", " 0 -29 ", "sent_bytes '-29': expected a number of bytes"),
        ('"curl/7.38.0"', "curl/7.38.0", "user_agent 'curl/7.38.0': expected it in double quotes"),
        (" - -", ' "-" -', "ssl_cipher '-': expected it without quotes"),
        ('.1" "c', '.1 "c', "expected a double quote and a space at its end"),
        (' "curl/7.38.0" - -', "", "12 fields: expected 15 or more, time elb client:port"),
    ],
)
def test_a_line_that_is_no_entry_is_refused_by_line_field_and_value(old, new, named):
    assert GOOD.count(old) == 1 or old == "10.0.0.1:80"
    with pytest.raises(ValueError) as error:
        parse("\n" + GOOD + "\n" + GOOD.replace(old, new))
    assert str(error.value).startswith("line 3: ") and named in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [(" 0 2018", " 50001 2018", "matched_rule_priority '50001': expected a rule's priority")],
)
def test_an_application_line_is_held_to_its_own_fields(old, new, named):
    with pytest.raises(ValueError, match=named):
        parse(APPLICATION_LINES.splitlines()[0].replace(old, new))


# --- round trip -----------------------------------------------------------------------------------


@settings(max_examples=40, derandomize=True, deadline=None)
@given(
    st.sampled_from(["classic-tcp", "classic-http", "application"]),
    st.integers(0, 3_000),
    st.integers(0, 99),
    st.booleans(),
    st.sampled_from(["curl/8", 'a b \\" c', "Mozilla/5.0 (X11; Linux)", ""]),
)
def test_what_is_written_is_read_as_the_same_entry(balancer, size, seed, closed, agent):
    visited = site(balancer, seed=seed, **(CLOSED if closed else {}))
    made = visited.get(f"{PAGE}{size}", headers=(("User-Agent", agent),)).access_log()
    read = parse(str(made))
    assert str(made) == "\n".join(map(str, read)) and len(read) == len(made.rows) == 1
    rounded = {name: value for name, value in made.rows[0].items() if not isinstance(value, float)}
    assert {name: read[0][name] or None for name in rounded} == {
        name: value or None for name, value in rounded.items()
    }
