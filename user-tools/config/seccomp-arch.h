/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Architectures of seccomp profiles: identifier, the name in [ ], libseccomp's token. Included by
 * config/seccomp-profile.h (enum), its parser (names) and container/seccomp-compile.c (tokens). */
/* clang-format off */
SECCOMP_ARCH(X86,         "x86",         SCMP_ARCH_X86)
SECCOMP_ARCH(X86_64,      "x86_64",      SCMP_ARCH_X86_64)
SECCOMP_ARCH(X32,         "x32",         SCMP_ARCH_X32)
SECCOMP_ARCH(ARM,         "arm",         SCMP_ARCH_ARM)
SECCOMP_ARCH(ARM64,       "arm64",       SCMP_ARCH_AARCH64)
SECCOMP_ARCH(MIPS,        "mips",        SCMP_ARCH_MIPS)
SECCOMP_ARCH(MIPS64,      "mips64",      SCMP_ARCH_MIPS64)
SECCOMP_ARCH(MIPS64N32,   "mips64n32",   SCMP_ARCH_MIPS64N32)
SECCOMP_ARCH(MIPSEL,      "mipsel",      SCMP_ARCH_MIPSEL)
SECCOMP_ARCH(MIPSEL64,    "mipsel64",    SCMP_ARCH_MIPSEL64)
SECCOMP_ARCH(MIPSEL64N32, "mipsel64n32", SCMP_ARCH_MIPSEL64N32)
SECCOMP_ARCH(PPC,         "ppc",         SCMP_ARCH_PPC)
SECCOMP_ARCH(PPC64,       "ppc64",       SCMP_ARCH_PPC64)
SECCOMP_ARCH(PPC64LE,     "ppc64le",     SCMP_ARCH_PPC64LE)
SECCOMP_ARCH(RISCV64,     "riscv64",     SCMP_ARCH_RISCV64)
SECCOMP_ARCH(S390,        "s390",        SCMP_ARCH_S390)
SECCOMP_ARCH(S390X,       "s390x",       SCMP_ARCH_S390X)
SECCOMP_ARCH(LOONGARCH64, "loongarch64", SCMP_ARCH_LOONGARCH64)
/* clang-format on */
