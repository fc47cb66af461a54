"""The web application and its end: routes, what is let in, the port, signals."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from gradio import EventData, Request
from starlette.types import Message, Receive, Scope, Send
from typing_extensions import override

from qa.answer import Answer
from qa.bot import Bot
from qa.chat import ALWAYS, Period
from qa.chat.events import Events
from qa.errors import ServerError
from qa.evaluation import Labelled, read
from qa.server import Login, Options, create_app, serve
from qa.server.ending import Ending
from qa.server.feedback import LARGEST
from qa.server.gate import Gate
from qa.server.guard import HEADERS
from qa.server.listening import GRACE, address_of, for_host, warning_for
from qa.server.login import FREE_GUESSES, Door
from qa.shelf import MAX_UPLOAD, Shelf
from tests.fake_bot import ARTICLE, FakeBot
from tests.fakes import GramEncoder
from tests.hostile import STRINGS

COST = "Hoeveel kostte het project?"
LOCAL = "http://127.0.0.1:7860"

local_sockets = pytest.mark.allow_hosts(["127.0.0.1", "::1", "localhost"])


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(FakeBot()), base_url=LOCAL) as running:
        yield running


def test_a_question_is_answered_as_json(client: TestClient) -> None:
    response = client.post("/api/ask", json={"question": COST})
    assert response.status_code == 200
    assert response.json() == json.loads(json.dumps(FakeBot().ask(COST).as_dict()))


@pytest.mark.parametrize("question", ["", "  \n", "x" * 1001])
def test_a_bad_question_is_a_400_that_says_why(client: TestClient, question: str) -> None:
    response = client.post("/api/ask", json={"question": question})
    assert response.status_code == 400
    assert response.json()["error"].startswith("the question")


def test_a_question_can_be_kept_to_a_period(client: TestClient) -> None:
    def asked(**ends: object) -> dict[str, Any]:
        answer: dict[str, Any] = client.post("/api/ask", json={"question": COST, **ends}).json()
        return answer

    assert {hit["date"] for hit in asked(before="2026-02")["passages"]} == {"2026-02-11"}
    assert {hit["date"] for hit in asked(after="2026-03", before=None)["passages"]} == {"2026-03"}
    assert asked(after="2027")["passages"] == []
    assert "'soon' is not a date" in asked(after="soon")["error"]
    assert "turn them round" in asked(after="2027", before="2026")["error"]
    assert "after" in asked(after=2027)["error"]


def test_an_error_is_said_in_the_language_that_is_asked_for(client: TestClient) -> None:
    dutch = {"accept-language": "nl-NL,nl;q=0.9"}
    response = client.post("/api/ask", json={"question": "x" * 1001}, headers=dutch)
    assert response.json()["error"].startswith("de vraag heeft 1001 tekens")


@pytest.mark.parametrize("body", [{}, {"question": 3}, {"question": None}, [], "text"])
def test_a_body_without_a_question_is_refused(client: TestClient, body: object) -> None:
    assert client.post("/api/ask", json=body).status_code == 422


@pytest.mark.parametrize("question", STRINGS)
def test_any_question_is_answered(client: TestClient, question: str) -> None:
    response = client.post("/api/ask", json={"question": question})
    assert response.status_code == 200
    assert response.json()["question"] == question


def test_healthz_says_what_is_indexed(client: TestClient) -> None:
    health = client.get("/healthz").json()
    assert health["status"] == "ok"
    assert (health["documents"], health["passages"], health["index_version"]) == (2, 6, 3)


def test_a_whole_text_is_a_page(client: TestClient) -> None:
    response = client.get("/text", params={"document": ARTICLE.path, "start": 0, "end": 10})
    assert response.status_code == 200
    assert '<mark id="quote">De havenst</mark>ad' in response.text
    assert "Back to the questions" in response.text
    gone = client.get("/text", params={"document": "<b>"}, headers={"accept-language": "nl"})
    assert gone.status_code == 404
    assert "Deze tekst staat niet meer in de index." in gone.text
    assert "<b>" not in gone.text
    assert client.get("/text", params={"document": ARTICLE.path, "start": -1}).status_code == 422


@pytest.mark.parametrize("path", ["/", "/healthz", "/text?document=x", "/nowhere", "/config"])
def test_every_response_carries_the_headers(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert {name: response.headers[name] for name in HEADERS} == HEADERS


def test_the_page_is_served_and_names_no_other_host(client: TestClient) -> None:
    page = client.get("/").text
    assert "gradio_config" in page
    sources = re.findall(r"""(?:src|href)=["']?(https?://[^"'> ]+)""", page)
    assert [source for source in sources if not source.startswith(LOCAL)] == []


@pytest.mark.parametrize("sent", [{}, {"turn": "1", "question": "x"}, {"turn": 1, "question": 2}])
def test_an_event_that_the_page_would_not_send_is_answered_with_nothing(
    sent: dict[str, object],
) -> None:
    async def ask(question: str, previous: Answer | None = None, period: Period = ALWAYS) -> Answer:
        return FakeBot().ask(question, previous=previous, **asdict(period))

    async def replies() -> list[object]:
        events = Events(FakeBot(), ask, feedback=False)
        event, request = EventData(None, sent), Request(headers={})
        return [reply async for reply in events.answer(None, event, request)]

    assert asyncio.run(replies()) == []


# Who is let in


@pytest.mark.parametrize(
    "host", ["evil.test", "127.0.0.1.evil.test", "evil.test:7860", "", "[::2]"]
)
def test_a_foreign_host_is_refused(client: TestClient, host: str) -> None:
    for path in ("/", "/healthz", "/gradio_api/info"):
        assert client.get(path, headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:7860", "LOCALHOST", "[::1]:7860"])
def test_a_local_host_is_let_in(client: TestClient, host: str) -> None:
    assert client.get("/healthz", headers={"host": host}).status_code == 200


def test_a_named_host_is_let_in() -> None:
    app = create_app(FakeBot(), Options(hosts=("news.example",)))
    with TestClient(app, base_url="http://news.example") as client:
        assert client.get("/healthz").status_code == 200
        assert client.get("/healthz", headers={"host": "127.0.0.1"}).status_code == 421


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.test"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "http://localhost:7860"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/api/ask", "/gradio_api/queue/join", "/gradio_api/run/predict"])
def test_another_site_may_not_write(client: TestClient, path: str, headers: dict[str, str]) -> None:
    assert client.post(path, json={"question": COST}, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "headers", [{"origin": LOCAL, "sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}, {}]
)
def test_our_own_page_and_programs_may_write(client: TestClient, headers: dict[str, str]) -> None:
    response = client.post("/api/ask", json={"question": COST}, headers=headers)
    assert response.status_code == 200
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file=https://example.org/",
        "/file=/etc/passwd",
        "/gradio_api/proxy=https://example.org/",
        "/gradio_api/upload_progress?upload_id=1",
        "/gradio_api/deep_link",
        "/gradio_api/mcp/",
        "/gradio_api/runs",
        "/monitoring",
        "/monitoring/summary",
        "/gradio_api/component_server",
        "/gradio_api/call/answer",
        "/login",
        "/docs",
        "/openapi.json",
        "/gradio_api/../gradio_api/upload",
    ],
)
def test_what_the_page_does_not_need_is_not_there(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404


def test_a_file_cannot_be_uploaded(client: TestClient) -> None:
    assert client.post("/gradio_api/upload", files={"files": b"x"}).status_code == 404


def test_only_the_public_functions_are_listed(client: TestClient) -> None:
    info = client.get("/gradio_api/info?all_endpoints=true").json()
    assert set(info["named_endpoints"]) == {"/ask", "/status"}
    assert info["unnamed_endpoints"] == {}


def test_a_public_function_answers_the_same_as_the_route(client: TestClient) -> None:
    for question, ending in ((COST, "complete"), (" ", "error")):
        event = client.post("/gradio_api/call/ask", json={"data": [question]}).json()["event_id"]
        stream = client.get(f"/gradio_api/call/ask/{event}").text
        assert f"event: {ending}" in stream
    event = client.post("/gradio_api/call/ask", json={"data": [COST]}).json()["event_id"]
    status = client.post("/gradio_api/call/status", json={"data": []}).json()["event_id"]
    assert '"documents": 2' in client.get(f"/gradio_api/call/status/{status}").text
    data = client.get(f"/gradio_api/call/ask/{event}").text.split("data: ", 1)[1]
    assert json.loads(data.strip())[0]["citations"][0]["quote"].startswith("Het project kostte")


# Texts


@pytest.fixture
def editable(tmp_path: Path) -> Iterator[TestClient]:
    docs, index = tmp_path / "docs", tmp_path / "index"
    docs.mkdir()
    (docs / "haven.txt").write_text("De haven is dicht door de storm van maandag.\n")
    with Bot.build(docs, index, model=GramEncoder()) as bot:
        app = create_app(bot, Options(shelf=Shelf(docs, index, model=GramEncoder())))
        with TestClient(app, base_url=LOCAL) as client:
            yield client


def test_a_text_is_added_removed_and_put_back(editable: TestClient) -> None:
    added = editable.post("/api/texts?name=../De%20brug.txt", content=b"De brug is open.\n")
    assert added.json() == {"document": "uploads/De brug.txt"}
    assert "uploads/De brug.txt" in editable.get("/texts").text
    assert editable.get("/healthz").json()["documents"] == 2
    where = {"document": "uploads/De brug.txt"}
    assert editable.delete("/api/texts", params=where).status_code == 200
    assert editable.get("/healthz").json()["documents"] == 1
    assert editable.post("/api/texts/restore", params=where).status_code == 200
    assert editable.get("/healthz").json()["documents"] == 2


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.exe", b"MZ", "only .docx"),
        ("a.pdf", b"no pdf", "a.pdf"),
        ("a.txt", b"", "a.txt"),
        ("a.txt", b"x" * (MAX_UPLOAD + 1), "a.txt: is larger than 10 MB"),
    ],
)
def test_a_refused_text_says_why(
    editable: TestClient, name: str, content: bytes, reason: str
) -> None:
    response = editable.post("/api/texts", params={"name": name}, content=content)
    assert response.status_code == 422
    assert reason in response.json()["error"]
    assert editable.get("/healthz").json()["documents"] == 1


def test_a_text_that_is_not_there_cannot_be_removed(editable: TestClient) -> None:
    response = editable.delete("/api/texts", params={"document": "../index/qa.sqlite"})
    assert response.status_code == 422
    assert "there is no text" in response.json()["error"]


def test_another_site_may_not_add_or_remove(editable: TestClient) -> None:
    foreign = {"origin": "http://evil.test"}
    assert editable.post("/api/texts?name=a.txt", content=b"x", headers=foreign).status_code == 403
    removed = editable.delete("/api/texts?document=haven.txt", headers=foreign)
    assert removed.status_code == 403
    assert editable.get("/healthz").json()["documents"] == 1


def test_a_page_without_a_shelf_is_read_only(client: TestClient) -> None:
    for response in (
        client.post("/api/texts?name=a.txt", content=b"x"),
        client.delete("/api/texts?document=a.txt"),
        client.post("/api/texts/restore?document=a.txt"),
    ):
        assert response.status_code == 403
        assert "read-only" in response.json()["error"]
    assert 'type="file"' not in client.get("/texts").text


# Feedback


def test_a_named_sentence_becomes_a_labelled_question(tmp_path: Path) -> None:
    start = ARTICLE.text.index("Het project kostte")
    end = ARTICLE.text.index(" Volgens de rekenkamer")
    said = {"question": COST, "verdict": "right"}
    where = {"document": ARTICLE.path, "start": start, "end": end}
    with TestClient(create_app(FakeBot(), Options(feedback=tmp_path)), base_url=LOCAL) as client:
        assert client.post("/api/feedback", json=said | where).json() == {"status": "kept"}
        nowhere = {"question": "Wie is de\nkoning?", "verdict": "right"}
        assert client.post("/api/feedback", json=nowhere).status_code == 200
        ended = {"question": "Wie?", "verdict": "right", "after": "", "before": "2024"}
        assert client.post("/api/feedback", json=ended).status_code == 200
        wrong = said | where | {"verdict": "wrong_source"}
        assert client.post("/api/feedback", json=wrong).status_code == 200
    quote = "Het project kostte 310 miljoen euro, 40 miljoen meer dan begroot."
    questions, _ = read(tmp_path / "labelled.jsonl")
    assert questions == (
        Labelled(question=COST, answers=(quote,), document=ARTICLE.path),
        Labelled(question="Wie is de\nkoning?", answers=(), document=None),
        Labelled(question="Wie?", answers=(), before="2024"),
    )
    (line,) = (tmp_path / "complaints.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["verdict"] == "wrong_source"
    assert json.loads(line)["answers"] == [quote]


@pytest.mark.parametrize(
    "said",
    [
        '{"question": "x", "verdict": "\\ud800"}',
        '{"question": "x", "verdict": "right", "start": NaN}',
        '{"question": "x"',
    ],
)
def test_what_is_no_request_is_said_without_what_was_sent(client: TestClient, said: str) -> None:
    response = client.post(
        "/api/feedback", content=said, headers={"content-type": "application/json"}
    )
    assert response.status_code == 422
    assert "body" in response.json()["error"]
    assert "ud800" not in response.text


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"question": "", "verdict": "right"}, 422),
        ({"question": "x" * 1001, "verdict": "right"}, 422),
        ({"question": "x", "verdict": "great"}, 422),
        ({"question": "x", "verdict": "right", "document": "nowhere.txt"}, 422),
        ({"question": "x", "verdict": "right", "document": "a", "start": -1}, 422),
        ({"question": " \n", "verdict": "right"}, 422),
        ({"question": "x", "verdict": "right", "after": "soon"}, 400),
        ({"question": "x", "verdict": "right", "document": ARTICLE.path}, 422),
        ({"question": "x", "verdict": "right", "document": ARTICLE.path, "start": 10**6}, 422),
    ],
)
def test_what_is_no_judgement_is_not_kept(
    tmp_path: Path, said: dict[str, object], status: int
) -> None:
    with TestClient(create_app(FakeBot(), Options(feedback=tmp_path)), base_url=LOCAL) as client:
        assert client.post("/api/feedback", json=said).status_code == status
    assert list(tmp_path.iterdir()) == []


def test_judgements_are_kept_only_where_asked_for_and_not_without_end(
    client: TestClient, tmp_path: Path
) -> None:
    said = {"question": COST, "verdict": "wrong"}
    assert client.post("/api/feedback", json=said).status_code == 403
    (tmp_path / "complaints.jsonl").write_bytes(b"x" * (LARGEST + 1))
    app = create_app(FakeBot(), Options(feedback=tmp_path))
    with TestClient(app, base_url=LOCAL) as full:
        assert full.post("/api/feedback", json=said).status_code == 500
        (tmp_path / "file").write_text("")
    app = create_app(FakeBot(), Options(feedback=tmp_path / "file"))
    with TestClient(app, base_url=LOCAL) as blocked:
        assert "cannot be written" in blocked.post("/api/feedback", json=said).json()["error"]


# Password

RIGHT, WRONG = ("lezer", "ge:heim é"), ("lezer", "geraden")


def test_nothing_is_shown_without_the_password() -> None:
    app = create_app(FakeBot(), Options(login=Login.of("lezer:ge:heim é")))
    with TestClient(app, base_url=LOCAL) as client:
        for path in ("/", "/healthz", "/texts", "/config", "/gradio_api/info", "/theme.css"):
            response = client.get(path)
            assert response.status_code == 401
            assert response.headers["www-authenticate"].startswith("Basic")
        assert client.post("/api/ask", json={"question": COST}).status_code == 401
        assert client.post("/api/ask", json={"question": COST}, auth=RIGHT).status_code == 200
        assert client.get("/", auth=RIGHT).status_code == 200
        for header in ("Basic", "Basic !!!", "Bearer abc", "Basic bGV6ZXI="):
            assert client.get("/healthz", headers={"authorization": header}).status_code == 401


def test_who_is_not_let_in_reads_why_in_their_language() -> None:
    app = create_app(FakeBot(), Options(login=Login.of("lezer:ge:heim é")))
    with TestClient(app, base_url=LOCAL) as client:
        said = client.get("/healthz", headers={"accept-language": "nl"}).json()["error"]
        assert said == "gebruikersnaam en wachtwoord, alsjeblieft"
        browser = {"accept": "text/html,*/*;q=0.8", "accept-language": "nl"}
        page = client.get("/", headers=browser, auth=WRONG)
        assert page.status_code == 401
        assert page.headers["content-type"].startswith("text/html")
        assert page.headers["www-authenticate"].startswith("Basic")
        assert "verkeerde gebruikersnaam of verkeerd wachtwoord" in page.text


def test_guessing_is_slowed_down_more_and_more() -> None:
    now = [0.0]
    door = Door(create_app(FakeBot()), login=Login.of(":".join(RIGHT)), clock=lambda: now[0])
    client = TestClient(door, base_url=LOCAL)

    def status(auth: tuple[str, str]) -> int:
        return client.get("/healthz", auth=auth).status_code

    assert [status(WRONG) for _ in range(FREE_GUESSES)] == [401] * FREE_GUESSES
    assert (status(WRONG), status(RIGHT)) == (429, 429)
    now[0] += 1.1
    assert (status(WRONG), status(WRONG)) == (401, 429)
    now[0] += 1.1
    assert status(WRONG) == 429
    now[0] += 1.1
    assert status(RIGHT) == 200
    assert [status(WRONG) for _ in range(FREE_GUESSES)] == [401] * FREE_GUESSES


@pytest.mark.parametrize("text", ["", "user", "user:", ":password"])
def test_a_login_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ServerError, match="USER:PASSWORD"):
        Login.of(text)


def test_a_login_does_not_show_its_password() -> None:
    assert "secret" not in repr(Login.of("user:secret"))


def test_beyond_this_machine_texts_are_changed_with_a_password_only(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, tmp_path)
    login = Login.of("user:password")
    assert for_host(Options(shelf=shelf), "127.0.0.1").shelf is shelf
    assert for_host(Options(shelf=shelf), "localhost").shelf is shelf
    assert for_host(Options(shelf=shelf), "0.0.0.0").shelf is None  # noqa: S104 - not bound
    assert for_host(Options(shelf=shelf, login=login), "192.0.2.7").shelf is shelf


# Load


def test_a_question_too_many_is_a_503_at_once() -> None:
    released = threading.Event()

    class Bot(FakeBot):
        @override
        def ask(self, question: str, **rest: Any) -> Answer:
            released.wait(20)
            return super().ask(question, **rest)

    app = create_app(Bot(), Options(at_once=1, waiting=1))
    with TestClient(app, base_url=LOCAL) as client, ThreadPoolExecutor(4) as threads:

        def ask(_: int) -> tuple[int, str | None]:
            response = client.post("/api/ask", json={"question": COST})
            return response.status_code, response.headers.get("retry-after")

        answers = []
        for asked in as_completed([threads.submit(ask, number) for number in range(4)]):
            answers.append(asked.result())
            if len(answers) == 2:  # two are refused before any is answered
                released.set()
        assert answers == [(503, "2"), (503, "2"), (200, None), (200, None)]
        # The places are free again.
        assert ask(0) == (200, None)


def test_who_came_first_is_answered_first() -> None:
    answered: list[str] = []

    class Bot(FakeBot):
        @override
        def ask(self, question: str, **rest: Any) -> Answer:
            time.sleep(0.01)
            answered.append(question)
            return super().ask(question, **rest)

    async def crowd() -> None:
        gate = Gate(Bot(), at_once=1, waiting=64)
        asking = [asyncio.ensure_future(gate.ask(f"{number} euro?")) for number in range(30)]
        await asyncio.sleep(0)
        asking[20].cancel()  # who leaves is left out, and holds up nobody
        await asyncio.gather(*asking, return_exceptions=True)
        gate.close()

    asyncio.run(crowd())
    assert answered == [f"{number} euro?" for number in range(30) if number != 20]


# Listening


@local_sockets
def test_a_taken_port_is_one_line_that_says_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServerError) as caught:
            serve(FakeBot(), port=port)
    assert str(caught.value) == (
        f"port {port} on 127.0.0.1 is taken; stop what listens there, "
        f"or choose another: --port {port + 1}"
    )


@local_sockets
@pytest.mark.parametrize("host", ["256.1.1.1", "192.0.2.7"])
def test_an_address_that_is_not_ours_is_named(host: str) -> None:
    with pytest.raises(ServerError, match=re.escape(host)):
        serve(FakeBot(), host=host, port=0)


def test_what_is_said_and_let_in_depends_on_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_HOSTS", "news.example, ,nieuws.example")
    hosts = for_host(Options(), "192.0.2.7").hosts
    assert hosts == (*Options().hosts, "192.0.2.7", "news.example", "nieuws.example")
    assert warning_for(Options(), "127.0.0.1") == ""
    assert warning_for(Options(login=Login.of("user:password")), "192.0.2.7") == ""
    assert "whoever reaches 192.0.2.7" in warning_for(Options(), "192.0.2.7")
    assert "whoever reaches example.org" in warning_for(Options(), "example.org")
    assert address_of("::1", 7860, "") == "http://[::1]:7860/"
    assert address_of("localhost", 80, "/news") == "http://localhost:80/news/"


@local_sockets
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_serving_ends_with_a_signal_and_its_streams_with_it(
    how: signal.Signals, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[str] = []
    streamed: list[bytes] = []

    def reader(address: str) -> None:
        opened.append(address)
        found = re.search(r":(\d+)/", address)
        assert found is not None
        port = int(found[1])

        def read() -> None:
            with socket.create_connection(("127.0.0.1", port)) as stream:
                stream.sendall(b"GET /gradio_api/heartbeat/a HTTP/1.1\r\nHost: localhost\r\n\r\n")
                streamed.append(stream.recv(15))
                os.kill(os.getpid(), how)
                while stream.recv(200):
                    pass
                streamed.append(b"ended")

        thread.append(threading.Thread(target=read))
        thread[0].start()

    thread: list[threading.Thread] = []
    monkeypatch.setattr(webbrowser, "open", reader)
    serve(FakeBot(), port=0, open_browser=True)
    thread[0].join()
    assert streamed == [b"HTTP/1.1 200 OK", b"ended"]
    assert capsys.readouterr().err == f"qa: chat at {opened[0]} (Ctrl-C stops it)\n"


def test_a_stream_is_told_of_the_end_and_completed() -> None:
    sent: list[Message] = []

    async def endless(_scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        assert await receive() == {"type": "http.request"}
        assert await receive() == {"type": "http.disconnect"}

    async def receive() -> Message:
        if requests:
            return requests.pop()
        event.set()
        return await asyncio.Future()

    async def send(message: Message) -> None:
        sent.append(message)

    requests: list[Message] = [{"type": "http.request"}]
    event = asyncio.Event()
    scope = {"type": "http", "path": "/news/gradio_api/queue/data"}
    asyncio.run(Ending(endless, event=event)(scope, receive, send))
    assert sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}
    assert len(sent) == 3


PROGRAM = """
from qa.server import serve
from tests.fake_bot import FakeBot
serve(FakeBot(), port=0)
"""


@local_sockets
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_says_its_address_and_ends_cleanly(how: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stderr is not None
            line = process.stderr.readline()
            found = re.fullmatch(r"qa: chat at http://127\.0\.0\.1:(\d+)/ .*\n", line)
            assert found is not None, line + process.stderr.read()
            with socket.create_connection(("127.0.0.1", int(found[1]))) as stream:
                stream.sendall(b"GET /gradio_api/heartbeat/a HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert b"200 OK" in stream.recv(200)
                process.send_signal(how)
                # The stream of an open page ends at once, not after the server's grace.
                stream.settimeout(GRACE - 1)
                while stream.recv(200):
                    pass
            assert process.wait(timeout=30) == 0
            assert process.stderr.read() == ""
        finally:
            process.kill()
