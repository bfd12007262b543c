import Testing

/// The kinds of host that the suite runs on.
enum Kind: String, CaseIterable, CustomTestStringConvertible {
    case docker
    case swarm
    case kubernetes
    case memory

    /// Where every chain has a subnet of its own.
    static let withSubnets: [Kind] = [.docker, .swarm, .memory]

    var testDescription: String { rawValue }
}
