internal import Drivers
internal import Glibc
internal import Model
internal import SwiftASN1
internal import X509

extension PlannedCertificate {
    /// Whoever names the host's address is reached on one of its machines, and nobody knows yet on which.
    func reached(at addresses: [String]) -> PlannedCertificate {
        guard names.contains("${host.address}") else { return self }
        var planned = self
        planned.names += addresses
        return planned
    }

    /// DNS names and IP addresses, each once; `${host.address}` may turn out to be either.
    func alternativeNames(_ references: References) throws(WorkError) -> [GeneralName] {
        var seen: Set<String> = []
        var result: [GeneralName] = []
        for name in names {
            let text = try references.resolve(name)
            guard seen.insert(text).inserted else { continue }
            guard let known = GeneralName(nameOrAddress: text) else {
                throw .badPlan("the certificate \(self.name) names \(text), which is neither a DNS name nor an IP address")
            }
            result.append(known)
        }
        return result
    }
}

extension GeneralName {
    fileprivate init?(nameOrAddress text: String) {
        if let bytes = Self.address(text, AF_INET, length: 4) ?? Self.address(text, AF_INET6, length: 16) {
            self = .ipAddress(ASN1OctetString(contentBytes: bytes[...]))
        } else if Self.isDNSName(text) {
            self = .dnsName(text)
        } else {
            return nil
        }
    }

    private static func address(_ text: String, _ family: Int32, length: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: length)
        return inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }

    /// Labels of letters, digits, `-` and `_`; the first may be `*`.
    private static func isDNSName(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return text.utf8.count <= 253
            && labels.enumerated().allSatisfy { place, label in
                (place == 0 && labels.count > 1 && label == "*") || isLabel(label)
            }
    }

    private static func isLabel(_ label: Substring) -> Bool {
        let isWithin = (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
        return isWithin
            && label.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
