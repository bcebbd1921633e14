# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the modules of the VM lane share: where things are kept, how it fails, one helper each for commands and files."""
import fcntl
import os
import subprocess
import sys

LANE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
TOP = os.path.dirname(os.path.dirname(LANE))
BUILD = os.path.join(TOP, os.environ.get("O", "build"))
CACHE = os.environ.get("VM_CACHE", os.path.join(BUILD, "cache/vm"))

# Every drive has this size, which is sparse, so that a snapshot of the machine fits any content.
DRIVE_SIZE = 8 << 30


def die(message):
    """The lane itself failed. A command's own status is passed through; 124 is a time-out."""
    print("vmlane: " + message, file=sys.stderr, flush=True)
    raise SystemExit(125)


def say(message):
    print("vmlane: " + message, file=sys.stderr, flush=True)


def call(*command, **options):
    return subprocess.run(command, check=True, **options)


def output_of(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **options).stdout


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)
    os.chmod(path, mode)


def lock(path, exclusive=True, wait=True):
    """The open lock file, to be held as long as needed; None where it is taken and we do not wait."""
    f = open(path, "a")
    try:
        fcntl.flock(f, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        f.close()
        return None
    return f


def disk_usage(path):
    """MiB that a path takes on the disk."""
    return int(output_of("du", "-sm", path).split()[0])


def make_ext4(image, directory, inodes=None):
    """A file system of DRIVE_SIZE made of a directory, with neither root's powers nor a loop device."""
    with open(image, "wb") as f:
        f.truncate(DRIVE_SIZE)
    call("mke2fs", "-q", "-t", "ext4", "-O", "^has_journal,^metadata_csum,^resize_inode",
         "-E", "lazy_itable_init=1,nodiscard", "-m", "0", *(["-N", str(inodes)] if inodes else []),
         "-d", directory, image)
