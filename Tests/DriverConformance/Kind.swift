import Testing

/// The kinds of host that the suite runs on.
enum Kind: String, CaseIterable, CustomTestStringConvertible {
    case docker
    case kubernetes
    case memory

    /// Where every chain has a subnet of its own.
    static let withSubnets: [Kind] = [.docker, .memory]

    var testDescription: String { rawValue }
}
