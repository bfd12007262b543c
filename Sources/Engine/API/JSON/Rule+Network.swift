import Model

/// Where hosts are, and what is theirs.
extension Rule<String> {
    static var endpoint: Self {
        Rule.string(1...300).and("unix:///path, tcp://host:port or https://host:port") { HostEndpoint($0) != nil }
    }

    /// A name or an IP address.
    static var address: Self {
        Rule.string(1...253).and("a host name or IP address") { HostEndpoint.Place.isHost($0) }
    }

    /// An IPv4 network from which chains get theirs.
    static var network: Self {
        Rule.string(9...18).and("an IPv4 network in CIDR form with a prefix of 8 to 24 bits, such as 10.201.0.0/16", isNetwork)
    }

    private static func isNetwork(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let bits = number(parts[1], 8...24) else { return false }
        let octets = parts[0].split(separator: ".", omittingEmptySubsequences: false).map { number($0, 0...255) }
        guard octets.count == 4, !octets.contains(nil) else { return false }
        let address = octets.reduce(UInt32(0)) { $0 << 8 | UInt32($1 ?? 0) }
        return address << UInt32(bits) == 0
    }

    private static func number(_ text: Substring, _ range: ClosedRange<Int>) -> Int? {
        guard let number = Int(text), String(number) == text, range.contains(number) else { return nil }
        return number
    }
}

extension Rule<Warm> {
    static var warm: Self {
        Rule<Warm>(text: "\"full\" or a whole number from 0 to 100000") { value in
            switch value {
            case .string("full"): .full
            case .integer(let count) where (0...100_000).contains(count): .chains(count)
            default: nil
            }
        }
    }
}
