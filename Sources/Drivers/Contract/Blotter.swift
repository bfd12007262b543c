public import Model

/// Blots secrets out of what a node wrote. A secret of several lines, a PEM key say, is looked for line by line: so it is found
/// also where something else put its line ends elsewhere.
public struct Blotter: Sendable {
    /// Shorter lines of a secret say nothing, and would blot out innocent words.
    private static let shortest = 8

    /// By their first byte, longest first.
    private let secrets: [UInt8: [[UInt8]]]

    public init(hiding vault: Vault) {
        let lines = Set(vault.hidden.flatMap { $0.split(whereSeparator: \.isNewline) })
        let secrets = lines.filter { $0.utf8.count >= Self.shortest && !$0.hasPrefix("-----") }.map { Array($0.utf8) }
        self.secrets = Dictionary(grouping: secrets.sorted { $0.count > $1.count }) { $0[0] }
    }

    /// - Parameters:
    ///   - vault: of the chain that the node belongs to; `nil` where it is gone.
    ///   - node: whose log is wanted.
    /// - Throws: `vaultUnreadable` without a vault: nothing of a log is told then.
    public init(hiding vault: Vault?, inLogOf node: String) throws(WorkError) {
        guard let vault else {
            throw WorkError(
                .transient, .vaultUnreadable, "the chain's vault is gone, so its secrets can't be told from its log", node: node)
        }
        self.init(hiding: vault)
    }

    /// The text with `…` in the place of every secret.
    public func blot(_ text: String) -> String {
        guard !secrets.isEmpty else { return text }
        return String(decoding: blot(Array(text.utf8)), as: UTF8.self)
    }

    private func blot(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            let rest = bytes[position...]
            if let secret = secrets[bytes[position]]?.first(where: { rest.starts(with: $0) }) {
                result += Array("…".utf8)
                position += secret.count
            } else {
                result.append(bytes[position])
                position += 1
            }
        }
        return result
    }
}
