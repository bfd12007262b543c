/// Which images blueprints may use, as the operator says: exact names, or beginnings that end with `*`.
public struct ImageAllowList: Sendable, Hashable {
    private let patterns: [String]

    /// - Parameter patterns: such as `hyperledger/*` or `continuo/litecoin:0.21`; none allow everything.
    public init(_ patterns: [String] = []) {
        self.patterns = patterns
    }

    func allows(_ image: String) -> Bool {
        patterns.isEmpty || patterns.contains { $0.hasSuffix("*") ? image.hasPrefix($0.dropLast()) : image == $0 }
    }
}
