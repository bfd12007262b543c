internal import FoundationEssentials
public import Model

/// A host's credentials on their way from the API to the agents of its site.
///
/// They are bound to host, driver, endpoint and site: whoever writes another endpoint beside them gets nobody to use them there.
public struct CredentialSeal: Sendable {
    private let bindings: [String]

    public init(of host: HostTarget, site: String) {
        bindings = ["host-credentials", host.id.description, host.driver.rawValue, host.endpoint, site]
    }

    public func seal(_ credentials: HostCredentials, to key: SitePublicKey) throws(WireError) -> String {
        guard let bytes = try? WireJSON.encode(credentials) else { throw .undecodable("the credentials have no JSON form") }
        return try Sealing.seal(bytes, to: key, bindings: bindings)
    }

    /// - Throws: `unopenable` when they were sealed to another key or for another target.
    public func open(_ text: String, with key: SitePrivateKey) throws(WireError) -> HostCredentials {
        try WireJSON.decode(HostCredentials.self, from: Sealing.open(text, with: key, bindings: bindings))
    }
}
