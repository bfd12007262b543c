import FoundationEssentials
import JSON
import Model
import Testing

/// What is written is what Foundation writes, and reads.
@Suite struct JSONWriterTests {
    @Test(arguments: 0..<400) func anyValueIsWrittenAsFoundationWritesIt(seed: UInt64) throws {
        var texts = RandomJSON(seed: seed)
        for _ in 1...20 {
            let value = try JSONReader().read(JSONValue.self, from: Array(texts.text().utf8))
            #expect(try Self.sorted(value) == Self.foundation(value))
            #expect(try JSONReader().read(JSONValue.self, from: JSONWriter().write(value)) == value)
        }
    }

    private struct Nesting: Encodable, Sendable {
        enum Key: String, CodingKey { case zebra, ant, middle, empty, list }

        func encode(to encoder: any Encoder) throws {
            var members = encoder.container(keyedBy: Key.self)
            var zebra = members.nestedContainer(keyedBy: Key.self, forKey: .zebra)
            try zebra.encode(1.5, forKey: .list)
            try zebra.encode(Float(2), forKey: .ant)
            try members.encode(Data([1, 2, 3]), forKey: .ant)
            var list = members.nestedUnkeyedContainer(forKey: .list)
            try list.encode(UInt8.max)
            var inner = list.nestedContainer(keyedBy: Key.self)
            try inner.encodeNil(forKey: .middle)
            try list.encode("last")
            try members.encode(Nothing(), forKey: .empty)
            try members.encode(true, forKey: .middle)
        }
    }

    private struct Nothing: Encodable { func encode(to encoder: any Encoder) {} }

    @Test func nestedContainersEndWhereTheirParentsGoOn() throws {
        let text = String(decoding: try Self.sorted(Nesting()), as: UTF8.self)
        #expect(
            text == #"{"ant":"AQID","empty":{},"list":[255,{"middle":null},"last"],"middle":true,"zebra":{"ant":2,"list":1.5}}"#)
        #expect(try Array(text.utf8) == Self.foundation(Nesting()))
    }

    @Test func textsAreEscapedWhereTheyMustBe() throws {
        let text = String(String.UnicodeScalarView((0...0x80).compactMap(Unicode.Scalar.init))) + "é\u{1F600}\u{2028}/"
        let written = try JSONWriter().write(text)
        #expect(try JSONReader().read(String.self, from: written) == text)
        #expect(try JSONDecoder().decode(String.self, from: Data(written)) == text)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity]) func whatIsNoNumberIsRefused(number: Double) {
        #expect {
            try JSONWriter().write(["a": [number]])
        } throws: { error in
            guard case EncodingError.invalidValue(_, let context) = error else { return false }
            return context.codingPath.map(\.stringValue) == ["a", "0"]
        }
    }

    @Test func datesAreWrittenAsTheWriterSays() throws {
        var writer = JSONWriter()
        writer.date = { "\($0.timeIntervalSince1970)" }
        #expect(try writer.write([Date(timeIntervalSince1970: 1.5)]) == Array(#"["1.5"]"#.utf8))
        #expect(try JSONWriter().write([Date(timeIntervalSinceReferenceDate: 2)]) == Array("[2]".utf8))
    }

    private static func sorted(_ value: some Encodable) throws -> [UInt8] {
        var writer = JSONWriter()
        writer.sortsKeys = true
        return try writer.write(value)
    }

    private static func foundation(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return [UInt8](try encoder.encode(value))
    }
}
