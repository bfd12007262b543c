/// Which media types a caller takes (RFC 9110, section 12.5.1).
struct Accept: Sendable {
    private let ranges: [(type: String, quality: Double)]

    /// - Parameter field: `nil` takes everything.
    init(_ field: String?) {
        ranges = (field ?? "*/*").split(separator: ",").map { range in
            let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) }
            return (parts.first ?? "", quality ?? 1)
        }
    }

    /// The type that is liked best; of equals the first. Who takes none of them gets the first as well: better than nothing.
    func preferred(of types: [String]) -> String {
        let best = types.map(quality).max() ?? 0
        return types.first { quality(of: $0) == best } ?? ""
    }

    /// By the most specific range that fits.
    private func quality(of type: String) -> Double {
        let family = String(type.prefix { $0 != "/" }) + "/*"
        for range in [type, family, "*/*"] {
            if let quality = ranges.first(where: { $0.type == range })?.quality { return quality }
        }
        return 0
    }
}
