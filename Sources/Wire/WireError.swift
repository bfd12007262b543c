/// Why a message is not taken, or a sealed text not opened. Never holds content of a message or a key.
public enum WireError: Error, Sendable, Hashable {
    /// A header that names the key or carries the signature is missing or no text.
    case unsigned
    /// The signature does not fit the body, or the key's name is not the one of its direction.
    case tampered
    /// Signed for another queue: somebody moved it. Holds the signed destination.
    case wrongDestination(String)
    /// Another kind of message than is read here.
    case wrongKind(String)
    /// Signed for another site.
    case foreignSite(String)
    case foreignInstallation
    /// Larger than `WireLimits.message`, in bytes.
    case oversized(limit: Int)
    /// Rightly signed, yet not readable; names the place in the JSON.
    case undecodable(String)
    /// Rightly signed, with a schema above the one that is read here.
    case newerSchema(Int)
    /// A key is no base64 text of the right length.
    case badKey
    /// A sealed text is damaged, sealed to another key, or bound to something else.
    case unopenable
    /// The site file can't be read; says why.
    case badSiteFile(String)
}

extension WireError: CustomStringConvertible {
    /// A word for a header or a metric's label.
    public var code: String {
        switch self {
        case .unsigned: "unsigned"
        case .tampered: "tampered"
        case .wrongDestination: "wrong-destination"
        case .wrongKind: "wrong-kind"
        case .foreignSite: "foreign-site"
        case .foreignInstallation: "foreign-installation"
        case .oversized: "oversized"
        case .undecodable: "undecodable"
        case .newerSchema: "newer-schema"
        case .badKey: "bad-key"
        case .unopenable: "unopenable"
        case .badSiteFile: "bad-site-file"
        }
    }

    public var description: String {
        switch self {
        case .unsigned: "the message is not signed"
        case .tampered: "the signature does not fit the message; compare the root key and the site file"
        case .wrongDestination(let destination): "the message was signed for \(destination)"
        case .wrongKind(let kind): "the message is of the kind \(kind), which is not read here"
        case .foreignSite(let site): "the message is signed for the site \(site)"
        case .foreignInstallation: "the message belongs to another installation; compare the site file with the ledger"
        case .oversized(let limit): "the message is larger than \(limit) bytes"
        case .undecodable(let place): "the message can't be read: \(place)"
        case .newerSchema(let schema): "the message has schema \(schema); upgrade this process"
        case .badKey: "the key is not base64 of the right length"
        case .unopenable: "the sealed text is damaged, or meant for another key or object"
        case .badSiteFile(let why): "the site file can't be used: \(why)"
        }
    }
}
