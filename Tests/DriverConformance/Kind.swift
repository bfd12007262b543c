import Foundation
import Testing

/// The kinds of host that the suite runs on.
enum Kind: String, CaseIterable, CustomTestStringConvertible {
    case docker
    case swarm
    case kubernetes
    case memory

    /// All, unless CONTINUO_TEST_DRIVERS names some, with spaces between them.
    static let allCases: [Kind] = {
        let all: [Kind] = [.docker, .swarm, .kubernetes, .memory]
        guard let chosen = ProcessInfo.processInfo.environment["CONTINUO_TEST_DRIVERS"] else { return all }
        return all.filter { chosen.split(separator: " ").contains(Substring($0.rawValue)) }
    }()

    /// Where every chain has a subnet of its own.
    static let withSubnets = allCases.filter { $0 != .kubernetes }

    var testDescription: String { rawValue }
}
