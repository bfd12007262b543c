public import FoundationEssentials

/// The identity of one `Of`: a UUID, written in lower case everywhere (API, database, labels, messages).
public struct Identifier<Of>: Hashable, Sendable {
    public let uuid: UUID

    public init(_ uuid: UUID) {
        self.uuid = uuid
    }

    /// Reads the usual text form; `nil` when it is no UUID.
    public init?(_ text: some StringProtocol) {
        self.init(utf8: text.utf8)
    }

    public init?(utf8 text: some Collection<UInt8>) {
        guard let uuid = UUIDText.read(text) else { return nil }
        self.uuid = uuid
    }
}

extension Identifier: CustomStringConvertible {
    public var description: String { UUIDText.write(uuid) }
}

extension Identifier: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let uuid = UUIDText.read(text.utf8) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text) is no UUID")
        }
        self.uuid = uuid
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Identifier {
    /// A fresh, time-ordered identity (UUID version 7, RFC 9562 section 5.7), so that index pages fill in order.
    ///
    /// - Parameters:
    ///   - now: the time it carries, with a precision of 1 ms.
    ///   - generator: the source of its 74 random bits.
    public static func fresh(at now: Date, using generator: inout some RandomNumberGenerator) -> Self {
        let milliseconds = UInt64(max(0, now.timeIntervalSince1970 * 1000))
        let high = generator.next()
        let low = generator.next()
        return Self(
            UUID(
                uuid: (
                    UInt8(truncatingIfNeeded: milliseconds >> 40), UInt8(truncatingIfNeeded: milliseconds >> 32),
                    UInt8(truncatingIfNeeded: milliseconds >> 24), UInt8(truncatingIfNeeded: milliseconds >> 16),
                    UInt8(truncatingIfNeeded: milliseconds >> 8), UInt8(truncatingIfNeeded: milliseconds),
                    0x70 | UInt8(truncatingIfNeeded: high >> 8) & 0x0F, UInt8(truncatingIfNeeded: high),
                    0x80 | UInt8(truncatingIfNeeded: low >> 56) & 0x3F, UInt8(truncatingIfNeeded: low >> 48),
                    UInt8(truncatingIfNeeded: low >> 40), UInt8(truncatingIfNeeded: low >> 32),
                    UInt8(truncatingIfNeeded: low >> 24), UInt8(truncatingIfNeeded: low >> 16),
                    UInt8(truncatingIfNeeded: low >> 8), UInt8(truncatingIfNeeded: low)
                )))
    }

    /// A fresh identity from the system's clock and random source; for the rim, never inside a transition.
    public static func fresh() -> Self {
        var generator = SystemRandomNumberGenerator()
        return fresh(at: Date(), using: &generator)
    }
}

public typealias InstallationID = Identifier<Installation>
public typealias HostID = Identifier<Host>
public typealias PoolID = Identifier<Pool>
public typealias ChainID = Identifier<Chain>
public typealias LeaseID = Identifier<Lease>
public typealias OperationID = Identifier<Operation>
public typealias AttemptID = Identifier<Attempt>
public typealias AgentID = Identifier<AgentPresence>

/// One Continuo: what its ledger, its keys and the labels on its objects have in common.
public enum Installation {}
