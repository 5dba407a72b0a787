// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser

/// What both daemons' command lines say about the protection of their transport.
public struct SecurityOptions: ParsableArguments {
    @Option(help: ArgumentHelp("This program's certificate, PEM, for tls:// and dtls://; followed.", valueName: "FILE"))
    public var tlsCertificate: String?

    @Option(help: ArgumentHelp("The key of that certificate, PEM; nobody else may be able to read it.", valueName: "FILE"))
    public var tlsKey: String?

    @Option(help: ArgumentHelp("The authorities whose certificates are accepted of the other side, PEM.", valueName: "FILE"))
    public var tlsCa: String?

    @Option(help: ArgumentHelp("The oldest TLS accepted over tls://: 1.3 or 1.2 (default: 1.3).", valueName: "VERSION"))
    public var tlsMinimum: String?

    @Flag(help: "Allow tcp:// and udp://, which anybody on the way can read and forge.")
    public var insecure = false

    public init() {}
}
