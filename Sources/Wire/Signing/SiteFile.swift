internal import FoundationEssentials
internal import Glibc
public import Model

/// What makes a process an agent of one site: its credentials, as a file that only its owner reads.
public struct SiteFile: Codable, Sendable {
    public let installation: InstallationID
    public let site: String
    /// Verifies what is sent to the site; base64.
    let commandKey: String
    /// Signs what the site says; base64.
    let reportKey: String
    /// Opens what is sealed to the site; X25519, base64.
    let privateKey: String
    /// Those that it took the place of, the last one first; `nil`: none.
    let formerKeys: [String]?

    /// How many former keys a file keeps.
    private static let memory = 8

    /// Fresh credentials for one site. The public half goes into the ledger.
    ///
    /// - Parameter former: the credentials that they take the place of; what was sealed to these is opened too.
    public init(
        site: String, installation: InstallationID, root: RootKey, privateKey: SitePrivateKey = .fresh(), former: SiteFile? = nil
    ) {
        self.installation = installation
        self.site = site
        commandKey = SigningKey(root: root, site: site, direction: .commands).base64
        reportKey = SigningKey(root: root, site: site, direction: .reports).base64
        self.privateKey = privateKey.base64
        formerKeys = former.map { Array(([$0.privateKey] + ($0.formerKeys ?? [])).prefix(Self.memory)) }
    }

    /// Reads what `json` wrote.
    public init(json: [UInt8]) throws(WireError) {
        do {
            self = try WireJSON.decode(SiteFile.self, from: json)
        } catch {
            throw .badSiteFile(error.description)
        }
        _ = try (commands(), reports(), opener())
    }

    /// Reads a site file from disk. One that others may read is refused: it is no secret any more.
    public init(path: String) throws(WireError) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .badSiteFile("\(path): \(String(cString: strerror(errno)))") }
        guard status.st_mode & 0o077 == 0 else {
            throw .badSiteFile("\(path) is open to others; set its mode to 0600")
        }
        guard let data = try? Data(contentsOf: URL(filePath: path)) else { throw .badSiteFile("\(path) can't be read") }
        try self.init(json: [UInt8](data))
    }

    /// The content of the file.
    public func json() throws -> [UInt8] {
        try WireJSON.encode(self)
    }

    func commands() throws(WireError) -> SigningKey {
        try SigningKey(base64: commandKey, site: site, direction: .commands)
    }

    func reports() throws(WireError) -> SigningKey {
        try SigningKey(base64: reportKey, site: site, direction: .reports)
    }

    /// The key that opens what is sealed to the site.
    public func opener() throws(WireError) -> SitePrivateKey {
        try SitePrivateKey(base64: privateKey, former: formerKeys ?? [])
    }
}

extension SiteFile: CustomStringConvertible, CustomReflectable {
    public var description: String { "site file of \(site)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
