// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import IPFIXTransport
internal import TransportSecurity

/// What a stranger sends to a collector that speaks TLS and DTLS: nobody gets in, and a hello is answered by less than an attacker would like.
///
/// The first octet chooses the transport; then each datagram or piece has its length in two octets before it.
enum HandshakeTarget {
    private static let server = credentials()
    private static let peer: [UInt8] = [192, 0, 2, 7]
    private static let pieces = 64

    static func run(_ octets: [UInt8]) {
        let pieces = pieces(of: octets.dropFirst())
        if (octets.first ?? 0) & 1 == 0 { stream(pieces) } else { datagrams(pieces) }
    }

    private static func stream(_ pieces: [[UInt8]]) {
        let session = server.context(.stream).makeSession()
        var room = [UInt8](repeating: 0, count: SecureSession.largestDatagram)
        for piece in pieces {
            do {
                try session.feed(piece)
                let isDone = try session.handshake()
                precondition(!isDone, "somebody without a key got in")
                let reading = try session.read(over: &room)
                precondition(reading == .waiting || reading == .closed, "octets of somebody who is not in")
            } catch {
                precondition(!error.description.isEmpty, "a refusal without a word")
                break
            }
        }
        while !session.takeOutput().isEmpty {}
    }

    private static func datagrams(_ pieces: [[UInt8]]) {
        let session = server.context(.datagrams).makeSession()
        for piece in pieces {
            let header = RecordHeader(piece)
            precondition(!(header.isHello && header.isProtected), "a hello is in the clear")
            precondition(!header.isProtected || RecordHeader.unknownSession.count < piece.count, "an answer longer than what it answers")
            guard header.isHello, (try? session.feed(piece)) != nil else { continue }
            precondition(!session.listen(to: peer), "a cookie was guessed")
            var answered = 0
            while case let output = session.takeOutput(), !output.isEmpty { answered += output.count }
            precondition(answered <= 64 + piece.count, "\(answered) octets answer a hello of \(piece.count)")
        }
    }

    private static func pieces(of octets: ArraySlice<UInt8>) -> [[UInt8]] {
        var rest = octets, pieces: [[UInt8]] = []
        while rest.count > 2, pieces.count < Self.pieces {
            let length = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
            pieces.append(Array(rest.dropFirst(2).prefix(length)))
            rest = rest.dropFirst(2 + length)
        }
        return pieces
    }

    /// Of an authority that is forgotten at once.
    private static func credentials() -> Credentials {
        var template = Array("/tmp/weir-fuzz-XXXXXX".utf8CString)
        // The template is writable and ends with a zero.
        precondition(unsafe mkdtemp(&template) != nil, "no temporary folder")
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let files = CredentialFiles(certificate: "\(folder)/a.crt", key: "\(folder)/a.key", authorities: "\(folder)/ca.crt")
        defer {
            for path in [files.certificate, files.key, files.authorities] { unsafe unlink(path) }
            unsafe rmdir(folder)
        }
        do {
            let root = try CertificateAuthority.make(name: "fuzz", lifetime: .seconds(86_400))
            let authority = CertificateAuthority(certificate: Array(root.certificate.utf8), key: Array(root.key.utf8))
            let own = try authority.issue(
                name: "fuzz", names: [.dns("collector")], lifetime: .seconds(86_400), isForClients: false, isForServers: true)
            write(own.certificate, to: files.certificate)
            write(own.key, to: files.key)
            write(root.certificate, to: files.authorities)
            return try Credentials(files, role: .server)
        } catch {
            preconditionFailure("no certificate for the fuzzer: \(error)")
        }
    }

    private static func write(_ text: String, to path: String) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        precondition(descriptor >= 0, "cannot write \(path)")
        let octets = Array(text.utf8)
        precondition(unsafe Glibc.write(descriptor, octets, octets.count) == octets.count, "cannot write \(path)")
        close(descriptor)
    }
}
