# SPDX-License-Identifier: LGPL-2.1-or-later
"""The disk image and the kernels, made of Debian packages alone and kept as long as what they are made of is the same."""
import hashlib
import os
import shlex
import shutil
import subprocess
import tempfile
import time

from lane import CACHE, LANE, TOP, call, die, disk_usage, lock, make_ext4, output_of, say, write

SUITE = "bookworm"
KERNELS = {"6.12": "linux-image-6.12-cloud-amd64", "6.1": "linux-image-cloud-amd64"}

PACKAGES = """
    systemd systemd-sysv dbus dbus-user-session libpam-systemd udev
    apparmor apparmor-utils acl attr bats busybox-static e2fsprogs iproute2 iptables iputils-ping kmod libcap2-bin
    nftables passwd perl procps psmisc python3-minimal strace uidmap util-linux util-linux-extra xz-utils zstd
    libcap2 libnl-3-200 libnl-route-3-200 libseccomp2 libsystemd0
    btrfs-progs dmsetup dnsmasq-base fuse3 lvm2 nbd-client nbd-server squashfs-tools thin-provisioning-tools
""".split()

# Parts of the kernel's tree of modules that no container test needs.
NOT_NEEDED = """
    drivers/ata drivers/gpu drivers/hid drivers/infiniband drivers/input drivers/media drivers/net/ethernet
    drivers/net/wireless drivers/nvme drivers/scsi drivers/usb drivers/video fs/afs fs/ceph fs/cifs fs/dlm fs/gfs2
    fs/jfs fs/nfs fs/nfsd fs/ocfs2 fs/reiserfs fs/smb net/ceph net/openvswitch net/rds net/sctp net/smc net/tipc sound
""".split()

# What the root file system is reached with.
FIRST_MODULES = ["virtio_pci", "virtio_blk", "virtio_console"]

COMPRESSIONS = [(b"\x28\xb5\x2f\xfd", "zstd"), (b"\x02\x21\x4c\x18", "lz4"), (b"\xfd7zXZ\0", "xz"), (b"\x1f\x8b\x08", "gzip")]


def stamp():
    """What the image is made of: while this is the same, so is the image."""
    made_of = [os.path.join(LANE, "lane/image.py"), os.path.join(TOP, "tests/lib/make-user")]
    made_of += [os.path.join(LANE, "guest", name) for name in sorted(os.listdir(os.path.join(LANE, "guest")))]
    digest = hashlib.sha256()
    for path in made_of:
        with open(path, "rb") as f:
            digest.update(f.read())
    return digest.hexdigest()[:12]


def build(force=False):
    """The directory with root.img, initrd and vmlinux-VERSION, and a shared lock that keeps it there."""
    os.makedirs(CACHE, exist_ok=True)
    image = os.path.join(CACHE, "image-" + stamp())
    with lock(os.path.join(CACHE, "build.lock")):
        if force or not os.path.exists(image + "/root.img"):
            remove_others(image)
            shutil.rmtree(image, ignore_errors=True)
            os.makedirs(image)
            make(image)
        return image, lock(image + ".lock", exclusive=False)


def remove_others(image):
    """Images that are out of date and that nobody runs."""
    for name in os.listdir(CACHE):
        path = os.path.join(CACHE, name)
        if not name.startswith("image-") or not os.path.isdir(path) or path == image:
            continue
        held = lock(path + ".lock", wait=False)
        if held:
            shutil.rmtree(path)
            os.remove(path + ".lock")
            held.close()


def make(image):
    began = time.time()
    work = tempfile.mkdtemp(prefix="build.", dir=CACHE)
    try:
        root = os.path.join(work, "root")
        write(work + "/sources.list", sources())
        left_out = ["--dpkgopt=path-exclude=/usr/share/%s/*" % d for d in ("man", "doc", "locale", "info")]
        say("making the image (about a minute)")
        bootstrap = subprocess.Popen(
            ["mmdebstrap", "--quiet", "--variant=minbase", "--mode=root", "--dpkgopt=force-unsafe-io",
             '--aptopt=Acquire::Languages "none"', *left_out, "--include=" + ",".join(PACKAGES),
             SUITE, root, work + "/sources.list"])
        try:
            trees = [unpack_kernel(work, image, *item) for item in KERNELS.items()]
            make_initrd(work, image, trees)
        finally:
            if bootstrap.wait():
                die("mmdebstrap failed")
        os.makedirs(root + "/usr/lib/modules", exist_ok=True)
        for tree, release in trees:
            shutil.move(os.path.join(tree, "lib/modules", release), root + "/usr/lib/modules/")
        call("bash", os.path.join(LANE, "guest/furnish"), root, TOP)
        make_ext4(image + "/root.tmp", root)
        os.rename(image + "/root.tmp", image + "/root.img")
    finally:
        shutil.rmtree(work, ignore_errors=True)
    say("image: %.0f s, %d MiB" % (time.time() - began, disk_usage(image)))


def sources():
    """apt's own mirrors of the suite, as one-line sources."""
    lines = []
    for line in output_of("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)",
                          "Created-By: Packages").splitlines():
        uri, release, component = line.split()[:3]
        if release.startswith(SUITE) and component == "main":
            lines.append("deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n" % (uri, release))
    if not lines:
        die("apt has no sources of Debian %s, which the image is made of" % SUITE)
    return "".join(dict.fromkeys(lines))


def unpack_kernel(work, image, version, meta_package):
    """One kernel: vmlinux-VERSION in the image's directory. Returns the unpacked tree and the kernel's release."""
    depends = output_of("apt-cache", "depends", "--important", meta_package).splitlines()
    package = [line.split()[-1] for line in depends if "Depends: linux-image" in line][0]
    download = os.path.join(work, "download-" + version)
    os.makedirs(download)
    call("apt-get", "-o", "APT::Sandbox::User=root", "-qq", "download", package, cwd=download,
         stdout=subprocess.DEVNULL)
    tree = os.path.join(work, "kernel-" + version)
    call("dpkg-deb", "-x", os.path.join(download, os.listdir(download)[0]), tree)
    release = os.listdir(tree + "/lib/modules")[0]
    modules = os.path.join(tree, "lib/modules", release)
    for name in NOT_NEEDED:
        shutil.rmtree(os.path.join(modules, "kernel", name), ignore_errors=True)
    # Uncompressed modules load four times as fast under emulation.
    call("sh", "-c", 'find "$0" -name "*.ko.xz" -print0 | xargs -0r -P2 -n64 xz -dq', modules)
    call("depmod", "-b", tree, release)
    extract_vmlinux(os.path.join(tree, "boot/vmlinuz-" + release), os.path.join(image, "vmlinux-" + version))
    return tree, release


def extract_vmlinux(source, destination):
    """The ELF kernel inside of a bzImage: QEMU starts it directly, and nothing is decompressed under emulation."""
    with open(source, "rb") as f:
        data = f.read()
    for magic, command in COMPRESSIONS:
        at = data.find(magic)
        while at >= 0:
            plain = subprocess.run([command, "-dcq"], input=data[at:], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL).stdout
            if plain[:4] == b"\x7fELF":
                with open(destination, "wb") as f:
                    f.write(plain)
                return
            at = data.find(magic, at + 1)
    die("no kernel found in " + source)


def make_initrd(work, image, trees):
    """guest/init.c and the modules it loads, those of each kernel in a directory of its release."""
    root = os.path.join(work, "initrd")
    for tree, release in trees:
        modules = os.path.join(root, "modules", release)
        os.makedirs(modules)
        order = []
        for name in FIRST_MODULES:
            shown = subprocess.run(["modprobe", "-d", tree, "-S", release, "--show-depends", name],
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
            for path in [line.split()[1] for line in shown.splitlines() if line.startswith("insmod")]:
                if os.path.basename(path) not in order:
                    order.append(os.path.basename(path))
                    shutil.copy(path, modules)
        write(modules + "/order", "".join(name + "\n" for name in order))
    call("gcc", "-static", "-O2", "-s", "-Wall", "-o", root + "/init", os.path.join(LANE, "guest/init.c"))
    call("sh", "-c", "cd %s && find . | cpio -o -H newc --quiet -R 0:0 >%s" %
         (shlex.quote(root), shlex.quote(image + "/initrd")))
