/// Whom a certificate names (X.509 subject, RFC 5280 section 4.1.2.6).
public struct PlannedSubject: Codable, Sendable, Hashable {
    public var commonName: String
    public var organization: String?
    @LeftOut<NoElements<String>> public var units: [String]
    /// Two letters.
    public var country: String?
    public var province: String?
    public var locality: String?

    public init(
        commonName: String, organization: String? = nil, units: [String] = [], country: String? = nil,
        province: String? = nil, locality: String? = nil
    ) {
        self.commonName = commonName
        self.organization = organization
        self.units = units
        self.country = country
        self.province = province
        self.locality = locality
    }
}

/// A self-signed certificate authority of one chain incarnation, P-256. Its key never leaves the vault.
public struct PlannedAuthority: Codable, Sendable, Hashable {
    public var name: String
    public var subject: PlannedSubject
    /// How long it is valid, 1 to 36,500.
    public var days: Int

    public init(name: String, subject: PlannedSubject, days: Int) {
        self.name = name
        self.subject = subject
        self.days = days
    }
}

/// A certificate with its key, P-256, made into the vault together with its authority.
public struct PlannedCertificate: Codable, Sendable, Hashable {
    /// What it may be used for in TLS; the key usage is always a digital signature.
    public enum Purpose: String, Codable, Sendable, CaseIterable {
        case server, client
    }

    public var name: String
    /// The name of the authority that signs it.
    public var authority: String
    public var subject: PlannedSubject
    /// Subject alternative names: DNS names and IP addresses; `${host.address}` may be one.
    @LeftOut<NoElements<String>> public var names: [String]
    @LeftOut<NoElements<Purpose>> public var purposes: [Purpose]
    /// How long it is valid, 1 to its authority's.
    public var days: Int

    public init(
        name: String, authority: String, subject: PlannedSubject, names: [String] = [], purposes: [Purpose] = [], days: Int
    ) {
        self.name = name
        self.authority = authority
        self.subject = subject
        self.names = names
        self.purposes = purposes
        self.days = days
    }
}
