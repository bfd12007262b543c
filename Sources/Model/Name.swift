/// Whether a text is a name of people's choosing that also fits into addresses and labels: 1 to 63 characters of a-z, 0-9 and -,
/// starting and ending with a letter or digit.
public func isName(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    let proper = bytes.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }
    return proper && (1...63).contains(bytes.count) && bytes.first != UInt8(ascii: "-") && bytes.last != UInt8(ascii: "-")
}
