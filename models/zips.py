"""Reads zip files that come from elsewhere, and so may be damaged or made to do harm.

Python's `zipfile` raises many kinds of error when it is given something that is no proper zip file.
Here they become one, and no file is ever written outside the folder that is meant.
"""

from __future__ import annotations

import contextlib
import errno
import lzma
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from edge.types import LaresError


class ZipError(LaresError):
    """A zip file is damaged, or has not what it should have."""


@contextlib.contextmanager
def zip_errors() -> Iterator[None]:
    """Turns what `zipfile` raises for a damaged file into a ZipError.

    An OSError of the system, such as a full disk, stays what it is. Damage can be an OSError too:
    one of a decompressor, which has no number, or of a seek to before the beginning.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in (None, errno.EINVAL):
            raise
        raise ZipError(f"the zip file is damaged ({error})") from error
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        EOFError,
        LookupError,
        RuntimeError,
        ValueError,
    ) as error:
        raise ZipError(f"the zip file is damaged ({error})") from error


def unpack(path: Path, folder: str, target: Path) -> tuple[str, ...]:
    """Write the files in a folder of a zip file to the folder `target`.

    folder: with forward slashes; empty for all that is in the zip file. Returns the files' paths
    below `target`. Raises ZipError, and OSError when a file cannot be written.
    """
    names = []
    with zip_errors(), zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            member_path = PurePosixPath(member.filename)
            if member.is_dir() or not member_path.is_relative_to(folder):
                continue
            name = member_path.relative_to(folder)
            if ".." in name.parts or not name.parts:
                raise ZipError(f"the zip file has a file outside its folder: {member.filename!r}")
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            with archive.open(member) as source, (target / name).open("wb") as file:
                shutil.copyfileobj(source, file)
            names.append(str(name))
    if not names:
        raise ZipError(f"expected files in the folder {folder!r} of the zip file, found none")
    return tuple(names)
