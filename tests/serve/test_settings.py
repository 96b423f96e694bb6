"""Settings: file, environment, command line; what is shown and what is refused."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nlp.cli.app import app
from nlp.errors import InputError
from nlp.serve.settings import Settings


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"DANGOL_{name.upper()}", raising=False)


def write(folder: Path, text: str) -> Path:
    path = folder / "dangol.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_command_line_stands_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, 'port = 1001\nmax_texts = 11\nhost = "127.0.0.2"\n')
    monkeypatch.setenv("DANGOL_PORT", "1002")
    monkeypatch.setenv("DANGOL_MAX_TEXTS", "12")
    monkeypatch.setenv("DANGOL_CORS_ORIGINS", "https://a.example, https://b.example")
    settings = Settings.load(path, port=1003, workers=None)
    assert (settings.port, settings.max_texts, settings.host, settings.workers) == (1003, 12, "127.0.0.2", 1)
    assert settings.cors_origins == ("https://a.example", "https://b.example")


def test_a_slip_in_the_name_of_a_variable_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANGOL_LANG", "en")
    monkeypatch.setenv("DANGOL_DB_PASSWORD", "of somebody else")
    Settings.load(None)
    monkeypatch.setenv("DANGOL_REQUIRE_KEYS", "true")
    with pytest.raises(InputError, match=r"^DANGOL_REQUIRE_KEYS: there is no such setting; write DANGOL_REQUIRE_KEY,"):
        Settings.load(None)


def test_variables_that_kubernetes_sets_for_a_service_of_this_name_are_none_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DANGOL_PORT", "tcp://10.0.0.7:8765")
    monkeypatch.setenv("DANGOL_PORT_8765_TCP_PORT", "8765")
    monkeypatch.setenv("DANGOL_SERVICE_HOST", "10.0.0.7")
    assert Settings.load(None).port == 8765
    assert Settings.load(write(tmp_path, "port = 1001")).port == 1001


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("port = 70000", "setting port"),
        ("prot = 1", "setting prot"),
        ("port = ", "cannot be read"),
        ('host = "0.0.0.0"\nrequire_key = false', "require_key"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        Settings.load(write(tmp_path, text))


def test_the_path_of_a_proxy_ends_without_a_slash_and_holds_no_address(tmp_path: Path) -> None:
    assert Settings.load(write(tmp_path, 'root_path = "/voc/dangol/"')).root_path == "/voc/dangol"
    assert Settings.load(None, root_path="/").root_path == ""
    for wrong in ("dangol", "https://voc.example/dangol", "/a//b", "/a?b"):
        with pytest.raises(InputError, match="setting root_path"):
            Settings.load(None, root_path=wrong)


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    file = write(tmp_path, "")
    with pytest.raises(InputError, match=rf"^{file / 'data'}: the server can write nothing there"):
        Settings.load(None, data_dir=file / "data").make_data_dir()


def test_a_wrong_setting_is_told_with_its_file_and_value_unless_it_may_be_a_secret(tmp_path: Path) -> None:
    path = write(tmp_path, "port = 70000")
    with pytest.raises(InputError, match=rf"^{path}: setting port: .*, not 70000; correct the file"):
        Settings.load(path)
    with pytest.raises(InputError, match=r"^setting port: .*, not -1; correct the variable DANGOL_PORT or the option"):
        Settings.load(None, port=-1)
    for text in ('databse_url = "s3cret"', "database_url = ['s3cret']"):
        with pytest.raises(InputError, match="setting data") as caught:
            Settings.load(write(tmp_path, text))
        assert "s3cret" not in str(caught.value)


def test_origins_are_as_browsers_send_them_and_not_all_without_keys() -> None:
    assert Settings.load(None, cors_origins="https://CRM.example/").cors_origins == ("https://crm.example",)
    assert Settings.load(None, cors_origins="*", require_key=True).cors_origins == ("*",)
    with pytest.raises(InputError, match="cannot be \\* where no key is needed"):
        Settings.load(None, cors_origins="*")


def test_allowed_hosts_know_no_case_and_no_port() -> None:
    assert Settings.load(None, allowed_hosts="CRM.Example.com:8765, b.example").allowed_hosts == (
        "crm.example.com",
        "b.example",
    )


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("::1", True),
        ("127.8.8.8", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.0.10", False),
        ("crm.example", False),
    ],
)
def test_keys_are_needed_beyond_loopback(host: str, loopback: bool) -> None:
    settings = Settings.load(None, host=host)
    assert settings.loopback is loopback
    assert settings.keys_needed is not loopback


def test_cores_are_shared_out_where_the_system_tells_only_how_many_the_machine_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr("os.sched_getaffinity", raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    assert Settings.load(None, workers=4).cores == 2
    assert Settings.load(None, workers=16).cores == 1
    assert Settings.load(None, threads=3).cores == 3


def test_what_is_shown_can_be_used_as_the_file_and_holds_no_secret(tmp_path: Path) -> None:
    settings = Settings.load(
        None, database_url="postgresql://dangol:s3cret@db/dangol", allowed_hosts="a.example,b.example", port=9000
    )
    shown = settings.shown()
    assert "s3cret" not in shown
    assert all(f"{name} =" in shown for name in Settings.model_fields)
    table = tomllib.loads(shown)
    assert "database_url" not in table
    again = Settings.load(write(tmp_path, "\n".join(f"{key} = {_toml(value)}" for key, value in table.items())))
    assert again.allowed_hosts == ("a.example", "b.example")
    assert again.port == 9000


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


def test_the_command_shows_the_settings_it_would_use(tmp_path: Path) -> None:
    path = write(tmp_path, "max_texts = 7\n")
    result = CliRunner().invoke(app, ["serve", "--config", str(path), "--port", "9", "--show-config"])
    assert result.exit_code == 0, result.output
    table = tomllib.loads(result.output)
    assert (table["max_texts"], table["port"]) == (7, 9)
