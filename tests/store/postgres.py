"""A private PostgreSQL for tests: found, started in a folder of its own, stopped at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

URL_VARIABLE = "DANGOL_TEST_POSTGRES_URL"
"""Names a server whose user may create databases; without it a private one is started."""


def programs() -> Path | None:
    """The folder with initdb and pg_ctl, newest version first."""
    on_path = shutil.which("initdb")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: -int(path.parts[-3]))
    return Path(on_path).parent if on_path else found[0].parent if found else None


@contextmanager
def private_server() -> Iterator[str]:
    """The URL of a server that nobody else can reach: it listens on a socket in a folder of its own."""
    folder = programs()
    assert folder is not None
    home = Path(tempfile.mkdtemp(prefix="dangol-pg-", dir="/tmp"))
    # PostgreSQL refuses to run as root; Debian's package brings a user for it.
    user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    shutil.chown(home, user)

    def run(program: str, *arguments: str) -> None:
        command = [str(folder / program), "-D", str(home / "data"), *arguments]
        done = subprocess.run(
            command,
            user=user if os.getuid() == 0 else None,
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=240,
        )
        assert done.returncode == 0, done.stdout

    try:
        run("initdb", "-U", "dangol", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        options = f"-k {home} -c listen_addresses='' -c fsync=off -c full_page_writes=off"
        run("pg_ctl", "-w", "-t", "180", "-l", str(home / "log"), "-o", options, "start")
        try:
            yield f"postgresql://dangol@/postgres?host={home}"
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)
