# SPDX-License-Identifier: LGPL-2.1-or-later
"""A VM that has booted, kept as a file with its memory, a disk overlay and the state of its devices; and resumed from them."""
import hashlib
import os
import shutil
import time

from lane import call, die, disk_usage, lock, output_of, say
from lane.machine import KERNEL_OPTIONS, MEMORY_MIB, PROCESSORS, Machine


def directory_of(image, kernel):
    """A snapshot fits one QEMU, one host processor (the rate of its clock) and one machine."""
    with open("/proc/cpuinfo") as f:
        processor = [line for line in f if line.startswith(("model name", "cpu MHz"))][:2]
    version = output_of("qemu-system-x86_64", "--version")
    fits = repr((processor, version, KERNEL_OPTIONS, MEMORY_MIB, PROCESSORS)).encode()
    return os.path.join(image, "snapshot-%s-%s" % (kernel, hashlib.sha256(fits).hexdigest()[:8]))


def take(image, kernel, force=False):
    """The snapshot's directory, made where there is none."""
    directory = directory_of(image, kernel)
    with lock(image + "/snapshot.lock"):
        if force or not os.path.exists(directory + "/state"):
            boot_and_save(image, kernel, directory)
    return directory


def boot_and_save(image, kernel, directory):
    began = time.time()
    say("booting the VM for its snapshot (about 20 seconds)")
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)
    disk, state = directory + "/disk.qcow2", directory + "/state"
    call("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", image + "/root.img", disk)
    vm = Machine(image, kernel, disk, ram=directory + "/ram", keep=True)
    try:
        ready = vm.wait_for_ready()
        if ready[1:] != ["running", "running"]:
            vm.fail("the VM booted to \"%s\": see its console" % " ".join(ready))
        time.sleep(1)  # what has just ended is cleaned up by the VM's manager
        vm.qmp("stop")
        vm.share_memory_file()
        vm.qmp("migrate", uri="exec:cat >'%s.tmp'" % state)
        wait_until_saved(vm)
        vm.qmp("quit")
        vm.process.wait(30)
    finally:
        vm.stop()
    os.rename(state + ".tmp", state)
    say("snapshot: %.0f s, %d MiB" % (time.time() - began, disk_usage(directory)))


def wait_until_saved(vm):
    while True:
        status = vm.qmp("query-migrate").get("status")
        if status == "completed":
            return
        if status in ("failed", "cancelled"):
            die("saving the VM: " + status)
        time.sleep(0.02)


def resume(image, kernel, tree):
    """A VM that runs on from the snapshot. It shares the files with others; what it writes is its own and not kept."""
    directory = take(image, kernel)
    vm = Machine(image, kernel, directory + "/disk.qcow2", tree=tree, ram=directory + "/ram", incoming=True)
    vm.share_memory_file()
    vm.qmp("migrate-incoming", uri="exec:cat '%s/state'" % directory)
    while True:
        status = vm.qmp("query-status")["status"]
        if status == "running":
            return vm
        if status in ("paused", "postmigrate"):
            vm.qmp("cont")
            return vm
        time.sleep(0.01)
