extension Request {
    /// `/a/b?x=1` out of segments and parameters, each percent-encoded as a whole: a slash, a question mark or a newline inside one
    /// stays inside it.
    public static func path(_ segments: String..., query: [(String, String)] = []) -> String {
        let path = segments.map { "/" + percentEncoded($0) }.joined()
        let parameters = query.map { percentEncoded($0) + "=" + percentEncoded($1) }
        return (path.isEmpty ? "/" : path) + (parameters.isEmpty ? "" : "?" + parameters.joined(separator: "&"))
    }

    /// Only the unreserved characters of RFC 3986, 2.3 stay as they are.
    public static func percentEncoded(_ text: String) -> String {
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            if isUnreserved(byte) {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), hex(byte >> 4), hex(byte & 15)]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    private static func hex(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        ASCII.isLetterOrDigit(byte) || ASCII.isOne(byte, of: "-._~")
    }
}
