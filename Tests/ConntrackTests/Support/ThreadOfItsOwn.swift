// SPDX-License-Identifier: Apache-2.0

import Glibc

@testable import Conntrack

/// Runs `body` on a new thread and waits for it: what it does to its thread (namespace, capabilities) ends with the thread.
func onThreadOfItsOwn<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
    let task = ThreadTask(body)
    var thread = pthread_t()
    let retained = unsafe Unmanaged.passRetained(task as AnyThreadTask).toOpaque()
    // Safe: the thread takes over the reference that was retained for it, and is joined before `task` is read.
    let code = unsafe pthread_create(
        &thread, nil,
        { argument in
            guard let argument = unsafe argument else { return nil }
            unsafe Unmanaged<AnyThreadTask>.fromOpaque(argument).takeRetainedValue().run()
            return nil
        }, retained)
    guard code == 0 else {
        unsafe Unmanaged<AnyThreadTask>.fromOpaque(retained).release()
        throw ThreadFailure(what: "pthread_create", errno: code)
    }
    pthread_join(thread, nil)
    return try task.value()
}

/// Runs `body` on a thread in a new, empty network namespace. Needs root.
func inNewNetworkNamespace<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
    try onThreadOfItsOwn {
        // CLONE_NEWNET: only this thread moves, and the namespace goes when the thread and its sockets are gone.
        guard try cFunction("unshare")(0x4000_0000) == 0 else {
            throw ThreadFailure(what: "a network namespace of the test's own needs root: run the tests as root (unshare)", errno: errno)
        }
        return try body()
    }
}

/// Takes all capabilities from the calling thread, for good.
func dropCapabilities() throws {
    // struct __user_cap_header_struct: version 3, this thread; then two struct __user_cap_data_struct of zeros.
    var header: (UInt32, Int32) = (0x2008_0522, 0)
    var data: (UInt64, UInt64, UInt64) = (0, 0, 0)
    typealias Function = @convention(c) (UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> CInt
    guard let symbol = unsafe dlsym(nil, "capset") else { throw ThreadFailure(what: "capset", errno: ENOSYS) }
    // Safe: capset(2) is exported by glibc with two pointers; version 3 reads two data structures of twelve octets.
    let code = unsafe unsafeBitCast(symbol, to: Function.self)(&header, &data)
    guard code == 0 else { throw ThreadFailure(what: "capset", errno: errno) }
}

/// Makes the calling thread, and no other, one of the user `nobody`, who keeps the capabilities that he may use.
func becomeNobody() throws {
    let nobody: CUnsignedLong = 65_534
    typealias Function = @convention(c) (CLong, CUnsignedLong, CUnsignedLong, CUnsignedLong) -> CLong
    guard let symbol = unsafe dlsym(nil, "syscall"), let prctl = HiddenFunctions.prctl else {
        throw ThreadFailure(what: "syscall", errno: ENOSYS)
    }
    #if arch(arm64)
        let setresuid = 147
    #else
        let setresuid = 117
    #endif
    // PR_SET_KEEPCAPS. The C library's own setresuid would change every thread.
    guard prctl(8, 1, 0, 0, 0) == 0 else { throw ThreadFailure(what: "prctl", errno: errno) }
    // Safe: syscall(2) takes whole numbers, and passes them on as this call does (see HiddenFunctions).
    let code = unsafe unsafeBitCast(symbol, to: Function.self)(setresuid, nobody, nobody, nobody)
    guard code == 0 else { throw ThreadFailure(what: "setresuid", errno: errno) }
}

struct ThreadFailure: Error, CustomStringConvertible {
    let what: String
    let errno: Int32
    var description: String { "\(what): errno \(errno)" }
}

/// A function `int name(int)` of the C library.
private func cFunction(_ name: String) throws -> @convention(c) (CInt) -> CInt {
    guard let symbol = unsafe dlsym(nil, name) else { throw ThreadFailure(what: name, errno: ENOSYS) }
    // Safe: used for unshare(2) only, which has this type.
    return unsafe unsafeBitCast(symbol, to: (@convention(c) (CInt) -> CInt).self)
}

private class AnyThreadTask {
    func run() {}
}

private final class ThreadTask<Value: Sendable>: AnyThreadTask {
    private let body: @Sendable () throws -> Value
    private var result: Result<Value, any Error>?

    init(_ body: @escaping @Sendable () throws -> Value) {
        self.body = body
    }

    override func run() {
        result = Result(catching: body)
    }

    func value() throws -> Value {
        guard let result else { throw ThreadFailure(what: "the thread did not run", errno: 0) }
        return try result.get()
    }
}
