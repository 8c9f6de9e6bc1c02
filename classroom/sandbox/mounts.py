"""What the sandbox sees of the disk: the interpreter, the allowed packages, the room `worker`, a small /tmp."""

import functools
import importlib.metadata
import sys
from pathlib import Path

from classroom.errors import GradingError

WORKER = Path(__file__).parents[1] / "worker"
DEVICES = ("null", "zero", "urandom")


@functools.cache
def package_paths(imports):
    """The files and folders of the distributions that hold the allowed packages."""
    paths = set()
    for name in imports:
        try:
            found = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            names = importlib.metadata.packages_distributions().get(name)
            if not names:
                raise GradingError(f"the assignment allows {name}, which is not installed") from None
            found = importlib.metadata.distribution(names[0])
        tops = {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}
        paths |= {Path(found.locate_file(top)).resolve() for top in tops if not top.endswith(".dist-info")}
    return tuple(sorted(paths))


def python_mounts():
    """bwrap's arguments that mount the interpreter at /py, without its site-packages."""
    base = Path(sys.base_prefix).resolve()
    binary = Path(sys._base_executable).resolve()
    mounts = ["--perms", "0755", "--dir", "/py", "--ro-bind", binary, "/py/bin/python"]
    for folder in sorted({"lib", sys.platlibdir}):
        mounts += ["--ro-bind", base / folder, f"/py/{folder}"]
    for folder in ("/lib", "/lib64", "/usr/lib", "/usr/lib64"):
        if Path(folder).is_dir():
            mounts += ["--ro-bind", folder, folder]
    for root, seen in ((base, "/py"), (Path("/usr"), "/usr")):
        for hidden in (*root.glob("lib*/python3*/site-packages"), *root.glob("lib*/python3*/dist-packages")):
            mounts += ["--tmpfs", f"{seen}/{hidden.relative_to(root)}"]
    return mounts


def mounts(imports, file_mb):
    """All that can be seen in the sandbox, as bwrap's arguments."""
    args = ["--perms", "0755", "--dir", "/worker", "--perms", "0755", "--dir", "/packages", *python_mounts()]
    args += ["--perms", "0755", "--dir", "/dev"]
    for device in DEVICES:
        args += ["--dev-bind", f"/dev/{device}", f"/dev/{device}"]
    for file in sorted(WORKER.glob("*.py")):
        args += ["--ro-bind", file, f"/worker/{file.name}"]
    for path in package_paths(imports):
        args += ["--ro-bind", path, f"/packages/{path.name}"]
    args += ["--perms", "1777", "--size", file_mb << 20, "--tmpfs", "/tmp", "--chdir", "/tmp"]
    return [*map(str, args), "--remount-ro", "/"]
