import Foundation

/// Two certificate authorities and what they issued, made by openssl once for all tests.
struct Certificates: Sendable {
    struct Identity: Sendable {
        var certificate: [UInt8]
        var key: [UInt8]
    }

    var ca: [UInt8]
    var otherCA: [UInt8]
    /// For `localhost` and 127.0.0.1.
    var server: Identity
    /// For `elsewhere.example`.
    var elsewhere: Identity
    var client: Identity
    /// A client of the other authority.
    var stranger: Identity
    /// The client's key under a passphrase.
    var encryptedKey: [UInt8]

    static let shared = Task { try await make() }

    private static func make() async throws -> Certificates {
        let folder = temporaryPath("certificates")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let office = Office(folder: folder)
        try await office.authority("ca")
        try await office.authority("other")
        let client = try await office.issue("client", by: "ca", names: "DNS:client")
        try await office.openssl(["ec", "-aes128", "-passout", "pass:secret", "-in", "client.key", "-out", "encrypted.key"])
        return Certificates(
            ca: try office.read("ca.crt"), otherCA: try office.read("other.crt"),
            server: try await office.issue("server", by: "ca", names: "DNS:localhost,IP:127.0.0.1"),
            elsewhere: try await office.issue("elsewhere", by: "ca", names: "DNS:elsewhere.example"),
            client: client,
            stranger: try await office.issue("stranger", by: "other", names: "DNS:stranger"),
            encryptedKey: try office.read("encrypted.key"))
    }

    private struct Office {
        var folder: String

        func openssl(_ arguments: [String]) async throws {
            let files = Set(["-in", "-out", "-keyout", "-CA", "-CAkey", "-key"])
            var full: [String] = []
            for (index, argument) in arguments.enumerated() {
                full.append(index > 0 && files.contains(arguments[index - 1]) ? folder + "/" + argument : argument)
            }
            try await Program.run("/usr/bin/openssl", full)
        }

        func authority(_ name: String) async throws {
            try await openssl(
                ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
                    + ["-subj", "/CN=\(name)", "-keyout", "\(name).key", "-out", "\(name).crt"])
        }

        func issue(_ name: String, by authority: String, names: String) async throws -> Identity {
            try await openssl(
                ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
                    + ["-CA", "\(authority).crt", "-CAkey", "\(authority).key", "-addext", "subjectAltName=\(names)"]
                    + ["-addext", "basicConstraints=critical,CA:FALSE"]
                    + ["-subj", "/CN=\(name)", "-keyout", "\(name).key", "-out", "\(name).crt"])
            return Identity(certificate: try read("\(name).crt"), key: try read("\(name).key"))
        }

        func read(_ name: String) throws -> [UInt8] {
            Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
        }
    }
}
