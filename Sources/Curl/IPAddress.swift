internal import Glibc

/// An IPv4 (4 bytes) or IPv6 (16 bytes) address in network order.
struct IPAddress: Sendable, Hashable {
    let bytes: [UInt8]

    /// An IPv4 address that wears IPv6 (`::ffff:10.0.0.1`) is taken as what it is, so that no rule is evaded by dress.
    init(bytes: [UInt8]) {
        let isMapped = bytes.count == 16 && bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xff && bytes[11] == 0xff
        self.bytes = isMapped ? Array(bytes[12...]) : bytes
    }

    init?(_ text: String) {
        var v4 = in_addr()
        var v6 = in6_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            self.init(bytes: withUnsafeBytes(of: v4) { Array($0) })
        } else if inet_pton(AF_INET6, text, &v6) == 1 {
            self.init(bytes: withUnsafeBytes(of: v6) { Array($0) })
        } else {
            return nil
        }
    }
}

extension IPAddress: CustomStringConvertible {
    var description: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
            let family = bytes.count == 4 ? AF_INET : AF_INET6
            guard let start = text.baseAddress, inet_ntop(family, bytes, start, socklen_t(INET6_ADDRSTRLEN)) != nil else {
                return "?"
            }
            return String(cString: start)
        }
    }
}
