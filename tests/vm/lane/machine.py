# SPDX-License-Identifier: LGPL-2.1-or-later
"""One QEMU: started with an image, controlled by QMP, and talking to the agent inside of it."""
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from lane import CACHE, DRIVE_SIZE, die

MEMORY_MIB = 3072
PROCESSORS = 2
DEFAULT_KERNEL = "6.12"

# Emulation caches code by its address: without randomised addresses libc is translated once, not at each exec, which makes
# an exec three times as fast. A test that needs them sets kernel.randomize_va_space.
KERNEL_OPTIONS = (
    "console=ttyS0 quiet loglevel=4 root=/dev/vda rw panic=1 nokaslr norandmaps mitigations=off randomize_kstack_offset=off "
    "init_on_alloc=0 init_on_free=0 transparent_hugepage=never nowatchdog raid=noautodetect random.trust_cpu=on audit=0 "
    "net.ifnames=0 apparmor=1 security=apparmor systemd.unified_cgroup_hierarchy=1 systemd.show_status=0")

CHANNELS = ["control", "output", "errors"]


def qemu_command(image, kernel, directory, drives, memory):
    """The whole machine. It must be the same one for a snapshot and for what resumes it."""
    command = [
        "qemu-system-x86_64", "-name", "vmlane", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
        "-machine", "q35" + (",memory-backend=ram" if memory else ""), "-cpu", "max", "-smp", str(PROCESSORS),
        "-accel", "tcg,thread=multi,tb-size=512", "-m", str(MEMORY_MIB), *memory,
        "-rtc", "base=utc,clock=host", "-nic", "none", "-serial", "file:" + directory + "/console",
        "-chardev", "socket,id=qmp,path=%s/qmp" % directory, "-mon", "chardev=qmp,mode=control",
        "-device", "virtio-serial-pci,id=serial,max_ports=5,disable-legacy=on"]
    # The first virtio device of all: the kernel names the ports vport0pN after that.
    for number, name in enumerate(CHANNELS, 1):
        command += ["-chardev", "socket,id=%s,path=%s/%s" % (name, directory, name),
                    "-device", "virtserialport,bus=serial.0,nr=%d,chardev=%s,name=%s" % (number, name, name)]
    command += ["-object", "rng-random,id=rng,filename=/dev/urandom", "-device", "virtio-rng-pci,rng=rng,disable-legacy=on"]
    for number, drive in enumerate(drives):
        command += ["-drive", "id=d%d,if=none,cache=unsafe,aio=threads,discard=unmap,file.locking=off,%s" % (number, drive),
                    "-device", "virtio-blk-pci,drive=d%d,id=b%d,disable-legacy=on" % (number, number)]
    return command + ["-kernel", "%s/vmlinux-%s" % (image, kernel), "-initrd", image + "/initrd", "-append", KERNEL_OPTIONS]


class Machine:
    """
    disk     file of the root file system; what the VM writes is kept only with keep
    tree     file of the ext4 that the agent mounts at /srv/src, or None
    ram      file with the VM's memory, or None; what the VM writes there is kept only with keep
    incoming does it wait for migrate-incoming instead of booting?
    """

    def __init__(self, image, kernel, disk, tree=None, ram=None, keep=False, incoming=False):
        self.directory = tempfile.mkdtemp(prefix="run.", dir=CACHE)
        self.process = None
        self.errors = open(self.directory + "/qemu.err", "w+")
        listeners = {name: self.listen(name) for name in ["qmp"] + CHANNELS}
        if not tree:
            tree = self.directory + "/empty"
            with open(tree, "wb") as f:
                f.truncate(DRIVE_SIZE)
        drives = ["file=%s,format=%s%s" % (disk, "raw" if disk.endswith(".img") else "qcow2", "" if keep else ",snapshot=on"),
                  "file=%s,format=raw,readonly=on" % tree]
        memory = ["-object", "memory-backend-file,id=ram,size=%dM,mem-path=%s,share=%s" %
                  (MEMORY_MIB, ram, "on" if keep else "off")] if ram else []
        command = qemu_command(image, kernel, self.directory, drives, memory) + (["-incoming", "defer"] if incoming else [])
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.errors, stderr=self.errors,
                                        start_new_session=True)
        self.channels = {name: self.accept(listener) for name, listener in listeners.items()}
        self.qmp_file = self.channels["qmp"].makefile("rwb", buffering=0)
        self.qmp_file.readline()
        self.qmp("qmp_capabilities")

    def listen(self, name):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(os.path.join(self.directory, name))
        listener.listen(1)
        listener.settimeout(30)
        return listener

    def accept(self, listener):
        try:
            return listener.accept()[0]
        except socket.timeout:
            self.fail("QEMU did not start")
        finally:
            listener.close()

    def qmp(self, command, **arguments):
        self.qmp_file.write(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        while True:
            line = self.qmp_file.readline()
            if not line:
                self.fail("QEMU went away during " + command)
            answer = json.loads(line)
            if "error" in answer:
                self.fail("%s: %s" % (command, answer["error"]["desc"]))
            if "return" in answer:
                return answer["return"]

    def share_memory_file(self):
        """A migration leaves out the memory: it is in the file already."""
        self.qmp("migrate-set-capabilities", capabilities=[{"capability": "x-ignore-shared", "state": True}])

    def wait_for_ready(self, seconds=300):
        """The agent's READY line: seconds since boot, state of the system and of the user's manager."""
        text, deadline = b"", time.time() + seconds
        while b"\n" not in text:
            if not select.select([self.channels["control"]], [], [], max(0, deadline - time.time()))[0]:
                self.fail("the VM is not ready after %d s" % seconds)
            data = self.channels["control"].recv(4096)
            if not data:
                self.fail("the VM went away before it was ready")
            text += data
        return text.decode().split()[1:]

    def fail(self, message):
        """Ends with what the VM's console and QEMU said last."""
        for name in ("console", "qemu.err"):
            try:
                with open(os.path.join(self.directory, name), errors="replace") as f:
                    sys.stderr.write(f.read()[-4000:])
            except OSError:
                pass
        self.stop()
        die(message)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.errors.close()
        shutil.rmtree(self.directory, ignore_errors=True)
