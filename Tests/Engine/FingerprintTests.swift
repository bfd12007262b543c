import Model
import Testing

@testable import Engine

/// Errors that are alike have one fingerprint.
@Suite struct FingerprintTests {
    private static func error(_ message: String, node: String? = nil, log: String? = nil) -> WorkError {
        WorkError(.transient, .nodeFailed, message, node: node, log: log)
    }

    @Test(arguments: [
        ("connection to 10.0.0.1:2375 refused", "connection to 192.168.7.20:2376 refused"),
        ("no such container: 4f5a9be07c11", "no such container: deadbeefcafe"),
        ("operation 019ac3a1-52d2-7a6e-b5d4-8a20f2c1a9de was lost", "operation 0b9ac3a1-0000-7a6e-b5d4-8a20f2c1a9de was lost"),
        ("ended with code 1 after 20 s", "ended with code 137 after 3 s"),
    ])
    func numbersAndNamesSayNothing(one: String, other: String) {
        #expect(Self.error(one).fingerprint == Self.error(other).fingerprint)
    }

    @Test func neitherDoNodeAndLog() {
        let one = Self.error("orderer ended at once: orderer.", node: "orderer", log: "panic")
        #expect(one.fingerprint == Self.error("a ended at once: a.", node: "a", log: "other").fingerprint)
        #expect(one.fingerprint == Self.error("peer0-org2 ended at once: peer0-org2.", node: "peer0-org2").fingerprint)
    }

    @Test func whatHappenedDoes() {
        let one = Self.error("connection refused")
        var others = [Self.error("connection reset"), one, one]
        others[1].code = .hostUnreachable
        others[2].disposition = .terminal
        #expect(Set(([one] + others).map(\.fingerprint)).count == 4)
        #expect(one.fingerprint.count == 16 && one.fingerprint.allSatisfy { $0.isHexDigit && !$0.isUppercase })
    }
}
