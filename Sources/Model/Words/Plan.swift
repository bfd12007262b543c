/// A blueprint rendered with parameters for one chain: concrete and driver-neutral.
///
/// References stay in its text until an agent resolves them on the way to the host, so that no plan holds a secret and every
/// plan fits every host:
///
/// | reference | is | allowed in |
/// |---|---|---|
/// | `${secret.NAME}` | a secret of the vault | files, connection files |
/// | `${identity.NAME.key}` | a certificate's private key, PEM (PKCS#8) | files, connection files |
/// | `${identity.NAME.certificate}` | a certificate, PEM | files, connection files |
/// | `${authority.NAME.certificate}` | an authority's own certificate, PEM | files, connection files |
/// | `${host.address}` | where published ports are reached | everywhere, and in certificates' names |
/// | `${endpoint.NODE.PORT.host\|port\|url}` | a published port | everywhere |
///
/// "Everywhere" is files, connection files, environments and commands. Authorities' private keys leave the vault for nobody.
public struct Plan: Codable, Sendable, Hashable {
    public var blueprint: BlueprintReference
    public var secrets: [PlannedSecret]
    /// The chain's own certificate authorities.
    @LeftOut<NoElements<PlannedAuthority>> public var authorities: [PlannedAuthority]
    /// What they certify.
    @LeftOut<NoElements<PlannedCertificate>> public var certificates: [PlannedCertificate]
    public var nodes: [PlannedNode]
    /// What runs once in each incarnation.
    @LeftOut<NoElements<PlannedTask>> public var tasks: [PlannedTask]
    /// What a tenant downloads.
    public var connection: [ConnectionFile]

    public init(
        blueprint: BlueprintReference, secrets: [PlannedSecret] = [], authorities: [PlannedAuthority] = [],
        certificates: [PlannedCertificate] = [], nodes: [PlannedNode], tasks: [PlannedTask] = [],
        connection: [ConnectionFile] = []
    ) {
        self.blueprint = blueprint
        self.secrets = secrets
        self.authorities = authorities
        self.certificates = certificates
        self.nodes = nodes
        self.tasks = tasks
        self.connection = connection
    }

    /// Whether the host keeps anything secret of a chain of this plan.
    public var needsVault: Bool { !secrets.isEmpty || !authorities.isEmpty }
}

public struct BlueprintReference: Codable, Sendable, Hashable {
    public var name: String
    public var version: Int

    public init(name: String, version: Int) {
        self.name = name
        self.version = version
    }
}

/// A random secret of one chain incarnation, made on its host.
public struct PlannedSecret: Codable, Sendable, Hashable {
    public var name: String
    /// How many characters of `A-Z a-z 0-9`, 16 to 128.
    public var length: Int

    public init(name: String, length: Int) {
        self.name = name
        self.length = length
    }
}

/// A file that a tenant downloads; its content is resolved by an agent. In one of a JSON media type, what is put in the place of
/// a reference is escaped for a JSON string.
public struct ConnectionFile: Codable, Sendable, Hashable {
    public var name: String
    public var mediaType: String
    public var content: String

    public init(name: String, mediaType: String, content: String) {
        self.name = name
        self.mediaType = mediaType
        self.content = content
    }
}
