internal import FoundationEssentials

enum Base64 {
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString()
    }

    /// - Parameter count: how many bytes it must hold, where that is known.
    static func bytes(_ text: String, count: Int? = nil) throws(WireError) -> [UInt8] {
        guard let data = Data(base64Encoded: text), count == nil || data.count == count else { throw .badKey }
        return [UInt8](data)
    }
}
