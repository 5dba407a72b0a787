// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser

/// What both daemons' command lines say about the protection of their transport.
public struct SecurityOptions: ParsableArguments {
    @Flag(help: "Allow tcp:// and udp://, which anybody on the way can read and forge.")
    public var insecure = false

    public init() {}
}
