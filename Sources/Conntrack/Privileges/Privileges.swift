// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Giving up what is not needed after the start.
public enum Privileges {
    /// Keeps of the calling thread's capabilities those given, as far as it has them, and gives up all others for good: neither this
    /// thread, nor threads it starts, nor a program it may become can have them again (PR_SET_NO_NEW_PRIVS).
    ///
    /// Linux keeps capabilities for each thread. So call this after everything privileged is open and before other threads are started;
    /// `threadsWithMore` tells of those that were there already.
    ///
    /// - Throws: when something could not be given up; a program should then not go on.
    @discardableResult
    public static func restrict(to kept: Set<Capability>) throws(ConntrackError) -> Report {
        guard let prctl = HiddenFunctions.prctl else { throw .refused(.dropPrivileges, errno: ENOSYS) }
        guard prctl(setNoNewPrivileges, 1, 0, 0, 0) == 0 else { throw .refused(.dropPrivileges, errno: errno) }
        let permitted = CapabilitySets.ofThread("thread-self")?.permitted ?? 0
        let rest = permitted & mask(kept)
        try set(effectiveAndPermitted: rest)
        return Report(
            kept: Set(Capability.allCases.filter { rest & mask([$0]) != 0 }), missing: kept.filter { rest & mask([$0]) == 0 },
            threadsWithMore: CapabilitySets.ofAllThreads().count { $0.permitted & ~rest != 0 })
    }

    public struct Report: Sendable, Hashable {
        public let kept: Set<Capability>
        /// Those that were to be kept and were not there.
        public let missing: Set<Capability>
        /// Threads of the program that can do more than this one.
        public let threadsWithMore: Int
    }

    /// Nothing is left inheritable, which takes what is ambient with it (capabilities(7)).
    private static func set(effectiveAndPermitted bits: UInt64) throws(ConntrackError) {
        guard let capset = unsafe HiddenFunctions.capset else { throw .refused(.dropPrivileges, errno: ENOSYS) }
        let low = UInt32(truncatingIfNeeded: bits), high = UInt32(truncatingIfNeeded: bits >> 32)
        // struct __user_cap_header_struct: version 3, the calling thread. Twice struct __user_cap_data_struct: effective, permitted,
        // inheritable, of the low and of the high capabilities.
        var header: (UInt32, Int32) = (0x2008_0522, 0)
        var data = (low, low, UInt32(0), high, high, UInt32(0))
        // Safe: version 3 reads eight octets of the header and twenty-four of the data, which is what both have.
        guard unsafe capset(&header, &data) == 0 else { throw .refused(.dropPrivileges, errno: errno) }
    }

    private static func mask(_ capabilities: Set<Capability>) -> UInt64 {
        capabilities.reduce(0) { $0 | 1 << UInt64($1.rawValue) }
    }
}

/// PR_SET_NO_NEW_PRIVS of linux/prctl.h.
private let setNoNewPrivileges: CInt = 38
