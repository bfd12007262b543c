import FoundationEssentials
import JSON
import Model
import Testing

/// What is read is what Foundation reads.
@Suite struct JSONReaderTests {
    @Test(arguments: 0..<400) func anyTextIsReadAsFoundationReadsIt(seed: UInt64) throws {
        var texts = RandomJSON(seed: seed)
        for _ in 1...20 {
            let text = texts.text()
            #expect(
                try JSONReader().read(JSONValue.self, from: Array(text.utf8))
                    == Self.foundation(JSONValue.self, Array(text.utf8)), "\(text)")
        }
    }

    @Test(arguments: 0..<400) func aSpoiltTextIsRefusedOrReadAsFoundationReadsIt(seed: UInt64) throws {
        var texts = RandomJSON(seed: seed)
        for _ in 1...20 {
            let bytes = texts.spoilt()
            guard let ours = try? JSONReader().read(JSONValue.self, from: bytes) else { continue }
            let theirs = try? Self.foundation(JSONValue.self, bytes)
            #expect(ours == theirs, "\(String(decoding: bytes, as: UTF8.self))")
        }
    }

    /// Foundation's reader says 9223372036854775 to the last of them.
    @Test(arguments: [("1.0", 1), ("1e3", 1000), ("-0", 0), ("0.5", nil), ("1e-1", nil), ("9223372036854775.08", nil)])
    func aWholeNumberMayBeWrittenInOtherWays(text: String, whole: Int?) {
        #expect((try? JSONReader().read(Int.self, from: Array(text.utf8))) == whole)
    }

    private struct Everything: Codable, Hashable {
        struct Inner: Codable, Hashable {
            var name: String
            var when: Date
            var data: Data
        }
        enum Word: String, Codable { case one, two }
        var text: String
        var absent: String?
        var flag: Bool
        var small: Int8
        var large: UInt64
        var ratio: Double
        var short: Float
        var words: [Word]
        var inner: Inner
        var more: [String: [Inner]]
        var nothing: [Inner?]
        var parameters: JSONValue
    }

    private static let everything = Everything(
        text: "a\"\\/\u{8}\n\u{1F600}é\u{0}", absent: nil, flag: true, small: -128, large: .max, ratio: 0.1, short: 1.5,
        words: [.one, .two],
        inner: .init(name: "", when: Date(timeIntervalSinceReferenceDate: 5.25), data: Data([0, 1, 255])),
        more: Dictionary(
            uniqueKeysWithValues: (0..<40).map {
                ("key\($0)\n", [.init(name: "\($0)", when: Date(timeIntervalSinceReferenceDate: 0), data: Data())])
            }),
        nothing: [nil, .init(name: "n", when: Date(timeIntervalSinceReferenceDate: -1), data: Data())],
        parameters: ["a": [1, .number(2.5), true, .null, "x"], "b": [:]])

    @Test func everyKindOfValueIsRead() throws {
        let bytes = [UInt8](try JSONEncoder().encode(Self.everything))
        #expect(try JSONReader().read(Everything.self, from: bytes) == Self.everything)
    }

    @Test(arguments: [
        ("", "[:] it ends too early"), ("[1,]", "[:] no JSON at byte 3"), ("{\"a\":1}x", "[:] no JSON at byte 7"),
        ("{\"list\":[{\"n\":1},{\"n\":\"x\"}]}", "list.1.n"), ("{\"list\":[{\"n\":1},{}]}", "list.1"),
        ("{\"other\":{\"n\":3},\"list\":[{\"n\":300}]}", "list.0.n"), ("{\"list\":[null]}", "list.0"), ("{\"list\":7}", "list"),
    ]) func anErrorSaysWhere(text: String, place: String) {
        struct Item: Decodable { var n: Int8 }
        struct List: Decodable { var list: [Item] }
        #expect {
            try JSONReader().read(List.self, from: Array(text.utf8))
        } throws: { error in
            Self.place(of: error).contains(place)
        }
    }

    private static func place(of error: any Error) -> String {
        guard let error = error as? DecodingError else { return "" }
        return switch error {
        case .dataCorrupted(let context) where context.codingPath.isEmpty: "[:] \(context.debugDescription)"
        case .keyNotFound(_, let context), .typeMismatch(_, let context), .valueNotFound(_, let context),
            .dataCorrupted(let context):
            context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
        @unknown default: ""
        }
    }

    @Test func depthHasALimit() {
        func nested(_ depth: Int) -> [UInt8] {
            Array(String(repeating: "[", count: depth).utf8) + Array(String(repeating: "]", count: depth).utf8)
        }
        #expect(throws: Never.self) { try JSONReader().read(Ignored.self, from: nested(512)) }
        #expect(throws: DecodingError.self) { try JSONReader().read(Ignored.self, from: nested(513)) }
        #expect(throws: DecodingError.self) { try JSONReader().read(Ignored.self, from: nested(2_000_000)) }
    }

    private struct Ignored: Decodable { init(from decoder: any Decoder) {} }

    @Test func ofTwoMembersAlikeTheSameCountsAsForFoundation() throws {
        let few = Array(#"{"a":1,"b":2,"a":3}"#.utf8)
        let many = Array(("{" + (0..<30).map { #""k\#($0 % 20)":\#($0)"# }.joined(separator: ",") + "}").utf8)
        for text in [few, many] {
            #expect(try JSONReader().read([String: Int].self, from: text) == Self.foundation([String: Int].self, text))
        }
    }

    @Test func datesAreReadAsTheReaderSays() throws {
        var reader = JSONReader()
        reader.date = { $0 == "then" ? Date(timeIntervalSince1970: 1) : nil }
        #expect(try reader.read([Date].self, from: Array(#"["then"]"#.utf8)) == [Date(timeIntervalSince1970: 1)])
        #expect(throws: DecodingError.self) { try reader.read([Date].self, from: Array(#"["now"]"#.utf8)) }
    }

    private static func foundation<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws -> Value {
        try JSONDecoder().decode(type, from: Data(bytes))
    }
}
