"""A real server in a process of its own: slow and dead clients, broken models, signals, several workers."""

from __future__ import annotations

import gc
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from nlp.resources import default_model_path
from nlp.serve import runner
from nlp.serve.settings import Settings
from nlp.store import Store

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 240.0
UNFINISHED = (
    b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b'Content-Length: 100\r\n\r\n{"texts":'
)
LONG = "배송이 늦고 상담원이 불친절해요. 환불도 안 해 주네요. " * 150


class Server:
    """A running ``serve.py``; ``log`` is what it wrote so far."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process = process
        self.port = port
        self._log = log
        # Idle connections are given up long before the server closes them: a request just then would fail.
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=100, keepalive_expiry=1)
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE, limits=limits)

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def until(self, seen: Callable[[], Any]) -> Any:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                if found := seen():
                    return found
            except httpx.TransportError:
                pass
            assert self.process.poll() is None, self.log
            time.sleep(0.02)
        raise AssertionError(f"it did not come about; the log:\n{self.log}")

    def ready(self) -> Server:
        self.until(lambda: self.http.get("/health/ready").status_code == 200)
        return self

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def environment(folder: Path, settings: dict[str, object]) -> dict[str, str]:
    given = {"data_dir": folder / "data", "threads": 1, "rate_per_minute": 0, **settings}
    return {**os.environ, **{f"DANGOL_{name.upper()}": str(value) for name, value in given.items()}}


@contextmanager
def serving(folder: Path, **settings: object) -> Iterator[Server]:
    port, log = free_port(), folder / "log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "serve.py"), "--port", str(port)],
            env=environment(folder, settings),
            cwd=ROOT,
            stderr=stream,
            stdout=stream,
        )
    server = Server(process, port, log)
    try:
        yield server
    finally:
        server.http.close()
        process.terminate()
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()


def refused(folder: Path, **settings: object) -> str:
    done = subprocess.run(
        [sys.executable, str(ROOT / "serve.py"), "--port", str(free_port())],
        env=environment(folder, settings),
        cwd=ROOT,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 2
    return done.stderr.decode()


def post(server: Server, text: str = "배송이 늦어요", count: int = 1) -> httpx.Response:
    return server.http.post("/v1/predict", json={"texts": [text] * count})


def test_it_does_not_listen_beyond_loopback_without_a_key_and_does_with_one(tmp_path: Path) -> None:
    assert "API 키가 있어야" in refused(tmp_path, host="0.0.0.0")
    with Store.open(f"sqlite:///{tmp_path / 'data' / 'dangol.db'}") as store:
        _, secret = store.keys.create("CRM", "reader", actor="test")
    with serving(tmp_path, host="0.0.0.0") as server:
        server.ready()
        assert post(server).status_code == 401
        server.http.headers["Authorization"] = f"Bearer {secret}"
        assert post(server).status_code == 200


def test_a_missing_model_folder_is_told_at_the_start(tmp_path: Path) -> None:
    assert "온전한 모델 폴더가 아닙니다" in refused(tmp_path, model=tmp_path / "nowhere")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_server_that_cannot_start_does_not_end_as_if_all_were_well(tmp_path: Path, workers: int) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "jobs").touch()
    with serving(tmp_path, workers=workers) as server:
        assert server.process.wait(PATIENCE) == 3


def test_a_serving_process_seldom_looks_through_all_its_objects_for_garbage(tmp_path: Path) -> None:
    usual = gc.get_threshold()
    try:
        runner._settled_app(Settings.load(None, data_dir=tmp_path))
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold() == (*usual[:2], 10 * usual[2])
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def test_a_corrupt_model_keeps_it_alive_but_not_ready_until_the_model_is_mended(tmp_path: Path) -> None:
    folder = shutil.copytree(default_model_path(), tmp_path / "models" / "mine")
    whole = (folder / "onnx" / "model.onnx").read_bytes()
    (folder / "onnx" / "model.onnx").write_bytes(whole[: len(whole) // 2])
    with serving(tmp_path, model=folder) as server:
        server.until(lambda: "model not loaded" in server.log)
        server.until(lambda: server.http.get("/health/live").status_code == 200)
        for answer in (server.http.get("/health/ready"), post(server)):
            assert answer.status_code == 503
            assert answer.json()["type"] == "urn:dangol:problem:not-ready"
            assert "로그" in answer.json()["detail"]
            assert str(tmp_path) not in answer.text
        assert f"{folder}/onnx/model.onnx" in server.log
        (folder / "onnx" / "model.onnx").write_bytes(whole)
        server.process.send_signal(signal.SIGHUP)
        server.ready()
        assert post(server).status_code == 200

        good = server.http.get("/v1/models").json()["model"]
        bad = shutil.copytree(folder, tmp_path / "models" / "bad")
        (bad / "decision.json").write_text("{}", encoding="utf-8")
        assert server.http.post("/v1/models/live", json={"model": "bad"}).status_code == 503
        assert server.http.get("/v1/models").json()["model"] == good
        for language, said in (("ko", "수 없습니다"), ("en", "cannot be")):
            found = server.http.get("/v1/models", headers={"Accept-Language": language}).json()["problem"]
            assert "decision.json" in found
            assert said in found
        assert post(server).status_code == 200


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that does not wait long for slow callers; others can be slow too, on a busy machine."""
    with serving(tmp_path_factory.mktemp("hasty"), head_timeout=4, body_timeout=1) as server:
        yield server.ready()


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a short queue that waits for slow callers: many of them on one busy machine are slow."""
    patient = {"head_timeout": int(PATIENCE), "body_timeout": PATIENCE, "request_timeout": PATIENCE}
    with serving(tmp_path_factory.mktemp("crowded"), queue_tokens=3000, **patient) as server:
        yield server.ready()


def test_a_connection_that_never_finishes_its_head_is_closed(hasty: Server) -> None:
    with hasty.connect() as silent, hasty.connect() as slow:
        slow.sendall(b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nX-A: ")
        assert silent.recv(100) == b""
        assert slow.recv(100) == b""
    hasty.until(lambda: post(hasty).status_code == 200)


def test_a_head_without_end_is_not_kept(crowded: Server) -> None:
    endless = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n" + (b"X-A: " + b"a" * 1_000_000 + b"\r\n") * 50
    with crowded.connect() as caller, pytest.raises(ConnectionError):
        caller.sendall(endless)
    with crowded.connect() as long:
        long.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-A: " + b"a" * 60_000 + b"\r\n\r\n")
        assert long.recv(100).startswith(b"HTTP/1.1 200")


def test_a_body_that_does_not_come_is_answered_with_408(hasty: Server) -> None:
    with hasty.connect() as slow:
        slow.sendall(UNFINISHED)
        answer = b""
        while part := slow.recv(65536):
            answer += part
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"urn:dangol:problem:too-slow" in answer


def test_a_line_of_a_stream_is_answered_though_no_other_follows(crowded: Server) -> None:
    head = b"POST /v1/predict/stream HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
    line = json.dumps("배송이 늦어요").encode() + b"\n"
    with crowded.connect() as caller:
        caller.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n")
        answer = b""
        for number in (1, 2):
            caller.sendall(b"%x\r\n%b\r\n" % (len(line), line))
            while b'{"line":%d,"prediction"' % number not in answer:
                part = caller.recv(65536)
                assert part
                answer += part
        caller.sendall(b"0\r\n\r\n")
        while not answer.endswith(b"0\r\n\r\n"):
            answer += caller.recv(65536)
    assert answer.count(b'{"line"') == 2


def test_a_caller_who_dies_within_the_body_leaves_no_trace_but_a_log_line(crowded: Server) -> None:
    before = crowded.log.count('"status": 4')
    with crowded.connect() as dying:
        dying.sendall(UNFINISHED)
    crowded.until(lambda: crowded.log.count('"status": 4') > before)
    assert "Traceback" not in crowded.log
    assert post(crowded).status_code == 200


def test_work_of_a_caller_who_hung_up_is_dropped(crowded: Server) -> None:
    # So much that it is not done before the caller has left.
    body = json.dumps({"texts": [LONG] * 40}).encode()
    with crowded.connect() as leaving:
        leaving.sendall(
            b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
        )
        crowded.until(lambda: _queue(crowded) > 0)
    crowded.until(lambda: _queue(crowded) == 0)
    crowded.until(lambda: '"status": 499' in crowded.log)
    assert post(crowded).status_code == 200


def _queue(server: Server) -> float:
    found = re.search(r'dangol_queue_tokens\{lane="high"\} (\S+)', server.http.get("/metrics").text)
    assert found is not None
    return float(found[1])


def test_a_full_queue_refuses_with_the_time_to_wait_and_answers_the_rest(crowded: Server) -> None:
    with ThreadPoolExecutor(12) as callers:
        answers = list(callers.map(lambda _: post(crowded, LONG[:1500]), range(12)))
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) == {200, 503}
    for answer in answers:
        if answer.status_code == 503:
            assert answer.json()["type"] == "urn:dangol:problem:overloaded"
            assert int(answer.headers["retry-after"]) >= 1
    assert post(crowded).status_code == 200


def test_in_a_flood_every_caller_gets_the_own_answer_or_a_refusal_on_an_open_connection(crowded: Server) -> None:
    texts = [f"{at}번 고객입니다." + " 배송이 2주나 걸렸고 상담원은 기다리라는 말만 해요." * 18 for at in range(150)]
    before = _counted(crowded)

    def send(text: str) -> httpx.Response:
        return crowded.http.post("/v1/predict", json={"texts": [text], "masked_text": True})

    with ThreadPoolExecutor(90) as callers:
        answers = list(callers.map(send, texts))
    for text, answer in zip(texts, answers, strict=True):
        assert answer.status_code in (200, 503)
        assert "connection" not in answer.headers
        if answer.status_code == 200:
            assert answer.json()["predictions"][0]["masked_text"] == text
        else:
            assert int(answer.headers["retry-after"]) >= 1
    answered = sum(answer.status_code == 200 for answer in answers)
    assert 0 < answered < len(texts)
    after = _counted(crowded)
    assert (after[0] - before[0], after[1] - before[1]) == (answered, len(texts) - answered)
    assert _queue(crowded) == 0


def _counted(server: Server) -> tuple[float, float]:
    """Texts answered and requests refused since the start."""
    shown = server.http.get("/metrics").text
    found = (
        re.search(pattern, shown, re.MULTILINE)
        for pattern in (
            r"^dangol_texts_total (\S+)",
            r'^dangol_requests_total\{method="POST",route="/v1/predict",status="503"\} (\S+)',
        )
    )
    answered, refused = (float(one[1]) if one else 0.0 for one in found)
    return answered, refused


def test_a_stop_finishes_what_was_accepted(tmp_path: Path) -> None:
    with serving(tmp_path, shutdown_timeout=int(PATIENCE)) as server, ThreadPoolExecutor(1) as caller:
        server.ready()
        answers: list[Future[httpx.Response]] = []

        def at_work() -> bool:
            # Sent again where the answer came before anybody looked.
            if not answers or answers[-1].done():
                answers.append(caller.submit(post, server, LONG))
            return _queue(server) > 0

        server.until(at_work)
        server.process.send_signal(signal.SIGTERM)
        assert [answer.result(PATIENCE).status_code for answer in answers] == [200] * len(answers)
        assert server.process.wait(PATIENCE) in (0, -signal.SIGTERM)
        assert '"event": "stopped"' in server.log
        assert "Traceback" not in server.log


def test_a_stop_ends_a_stream_of_events_whole(tmp_path: Path) -> None:
    rows = "내용\n" + "".join(f"{LONG[:500]} {at}\n" for at in range(500))
    with serving(tmp_path) as server:
        job = server.ready().http.post("/v1/jobs", files={"file": ("a.csv", rows.encode())}).json()
        with server.http.stream("GET", job["links"]["events"]) as events:
            lines = events.iter_lines()
            assert next(lines)
            server.process.send_signal(signal.SIGTERM)
            assert list(lines)[-1] == ""  # httpx raises where the last chunk is missing
        server.process.wait(PATIENCE)
        assert '"level": "error"' not in server.log


def test_workers_share_a_port_count_together_and_follow_a_swap(tmp_path: Path) -> None:
    folder = shutil.copytree(default_model_path(), tmp_path / "models" / "one")
    shutil.copytree(default_model_path(), tmp_path / "models" / "two")
    with serving(tmp_path, workers=2, model=folder) as server:
        server.until(lambda: server.log.count('"event": "ready"') == 2)
        for _ in range(6):
            assert post(server).status_code == 200
        assert server.http.post("/v1/models/live", json={"model": "two"}).status_code == 200
        server.until(lambda: '"event": "model loaded"' in server.log)
        found = re.search(r"^dangol_texts_total (\S+)", server.http.get("/metrics").text, re.MULTILINE)
        assert found is not None
        assert float(found[1]) == 6.0

        def ready(count: int) -> bool:
            return f"\ndangol_ready {count}.0\n" in server.http.get("/metrics").text

        server.until(lambda: ready(2))
        server.process.send_signal(signal.SIGTTOU)  # uvicorn: one worker less
        server.until(lambda: ready(1))


def test_a_worker_that_a_busy_machine_starts_slowly_is_not_taken_for_hung(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configs: list[uvicorn.Config] = []
    monkeypatch.setattr(runner.Workers, "run", lambda workers: configs.append(workers.config))
    monkeypatch.setattr(runner.Workers, "__init__", lambda workers, config, _: setattr(workers, "config", config))
    monkeypatch.setattr(runner.Workers, "failed", False)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    runner.serve(Settings.load(None, data_dir=tmp_path, workers=2, port=0))
    assert configs[0].timeout_worker_healthcheck >= 30


def test_no_second_server_can_take_the_address_while_workers_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected = []

    def run(workers: runner.Workers) -> None:
        socket.create_connection(workers.sockets[0].getsockname()).close()
        connected.append(True)

    monkeypatch.setattr(runner.Workers, "run", run)
    monkeypatch.setattr(runner.Workers, "failed", False)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    runner.serve(Settings.load(None, data_dir=tmp_path, workers=2, port=0))
    assert connected


def test_several_connections_are_accepted_in_one_turn_of_the_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses: list[object] = []

    def run(server: uvicorn.Server, sockets: list[socket.socket]) -> None:
        socket.create_connection(sockets[0].getsockname()).close()  # another server could not bind the address now
        server.started = True
        for listener in sockets:
            addresses.append(listener.getsockname())
            listener.close()

    monkeypatch.setattr(uvicorn.Server, "run", run)
    runner.serve(Settings.load(None, data_dir=tmp_path, port=0))
    assert len(addresses) >= 8
    assert len(set(addresses)) == 1
    addresses.clear()
    monkeypatch.setitem(sys.modules, "uvloop", None)
    runner.serve(Settings.load(None, data_dir=tmp_path, port=0))
    assert len(addresses) == 1  # the loop of Windows takes no second handle of a socket


def test_a_serving_process_holds_no_training_and_no_morpheme_analyser(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        server.ready()
        post(server)
        maps = Path(f"/proc/{server.process.pid}/maps").read_text(encoding="utf-8")
    assert "onnxruntime" in maps
    assert not re.search(r"/(torch|kiwipiepy|scipy|sklearn)[/_]", maps)


def test_the_longest_texts_allowed_fit_into_little_memory(tmp_path: Path) -> None:
    with serving(tmp_path, request_timeout=PATIENCE) as server:
        server.ready()
        assert post(server, (LONG * 10)[:20_000]).status_code == 200
        status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="utf-8")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    assert int(found[1]) * 1024 < 400e6
