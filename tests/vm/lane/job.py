# SPDX-License-Identifier: LGPL-2.1-or-later
"""A job in a VM: the repository with its build goes in, output and exit status come out."""
import os
import select
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

from lane import BUILD, CACHE, TOP, call, lock, make_ext4, say

# Of the build, what the tests use; its place in the VM is always build/.
BUILT = ["bin", "libexec", "tests", "man", "completions", "examples", "cache/debian.tar.xz", "cache/debian-openrc.tar.gz"]


def pack(destination):
    """The ext4 that a VM has at /srv/src: the repository, its build, and what "make install" makes at build/stage."""
    os.makedirs(CACHE, exist_ok=True)
    work = tempfile.mkdtemp(prefix="tree.", dir=CACHE)
    try:
        build = os.path.realpath(BUILD)
        for name in os.listdir(TOP):
            path = os.path.join(TOP, name)
            if name != ".git" and not name.startswith("build") and os.path.realpath(path) != build:
                call("cp", "-a", path, work + "/")
        with lock(CACHE + "/make.lock"):
            make = subprocess.run(["make", "-s", "--no-print-directory", "-C", TOP, "install", "DESTDIR=%s/build/stage" % work],
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            if make.returncode:
                sys.stderr.write(make.stdout)
                raise SystemExit(125)
            os.makedirs(work + "/build/cache")
            for name in BUILT:
                if os.path.exists(os.path.join(build, name)):
                    call("cp", "-a", os.path.join(build, name), os.path.join(work, "build", os.path.dirname(name)))
        make_ext4(destination + ".tmp", work)
        os.rename(destination + ".tmp", destination)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def script(command, install):
    words = " ".join(map(shlex.quote, command))
    return ("exec tests/vm/world %s%s\n" % ("" if install else "--no-install ", words)).encode()


def run(vm, job, timeout):
    """Hands the job to the agent and passes its output on. Returns its exit status, 124 when it took too long."""
    control = vm.channels["control"]
    control.sendall(b"JOB %.3f %d\n" % (time.time(), len(job)) + job)
    sinks = {control: None, vm.channels["output"]: sys.stdout.buffer, vm.channels["errors"]: sys.stderr.buffer}
    deadline, said, status = time.time() + timeout, b"", None
    while True:
        # After the exit status comes what is still on its way.
        wait = 0.05 if status is not None else max(0, min(1, deadline - time.time()))
        ready = select.select(list(sinks), [], [], wait)[0]
        if not ready and status is not None:
            return status
        if not ready and time.time() >= deadline:
            say("timed out after %d s" % timeout)
            return 124
        for channel in ready:
            data = channel.recv(65536)
            if not data and status is None:
                vm.fail("the VM went away")
            if not data:
                del sinks[channel]
            elif sinks[channel]:
                sinks[channel].write(data)
                sinks[channel].flush()
            else:
                said += data
        for line in said.split(b"\n")[:-1]:
            if line.startswith(b"EXIT "):
                status = int(line.split()[1])
