// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Functions of the C library whose declarations Swift does not see: hidden behind _GNU_SOURCE, without a header, or variadic.
///
/// Safe in this file: each symbol has the type given here in every glibc since 2.14 (setns(2), capget(2), prctl(2)). The C ABIs of
/// Linux on x86-64 and AArch64 pass whole numbers to a variadic function as they do to any other.
enum HiddenFunctions {
    typealias Setns = @convention(c) (CInt, CInt) -> CInt
    /// Header and data of linux/capability.h.
    typealias Capset = @convention(c) (UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> CInt
    typealias Prctl = @convention(c) (CInt, CUnsignedLong, CUnsignedLong, CUnsignedLong, CUnsignedLong) -> CInt

    static var setns: Setns? { unsafe dlsym(nil, "setns").map { unsafe unsafeBitCast($0, to: Setns.self) } }
    static var capset: Capset? { unsafe dlsym(nil, "capset").map { unsafe unsafeBitCast($0, to: Capset.self) } }
    static var prctl: Prctl? { unsafe dlsym(nil, "prctl").map { unsafe unsafeBitCast($0, to: Prctl.self) } }
}
