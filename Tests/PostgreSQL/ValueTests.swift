import Foundation
import PostgreSQL
import Testing

@Suite struct ValueTests {
    @Test func everyTypeComesBackAsItWent() async throws {
        try await roundTrip([true, false], "boolean")
        try await roundTrip([0, 1, -1, .max, .min], "bigint", as: Int.self)
        try await roundTrip([0, 7, .max, .min], "integer", as: Int32.self)
        try await roundTrip([0, .max, .min], "bigint", as: Int64.self)
        try await roundTrip(
            [0, 1.5, -1e300, .leastNonzeroMagnitude, .infinity, .greatestFiniteMagnitude], "float8", as: Double.self)
        try await roundTrip(["", "a", "naïve 🎻", "quote \" ' \\ {,}", "NULL"], "text", as: String.self)
        try await roundTrip([UUID(), UUID()], "uuid")
        try await roundTrip([[], [0, 1, 254, 255], Array(0...255)], "bytea", as: [UInt8].self)
        try await roundTrip([JSONText(text: #"{"a": [1, null]}"#)], "jsonb")
        try await roundTrip([Colour.red, .green], "text")
    }

    @Test func arraysComeBackAsTheyWent() async throws {
        try await roundTrip([[], [1, .min, .max]], "bigint[]", as: [Int].self)
        try await roundTrip([[], ["", "NULL", "a b", "\"", "\\", "{", "}", ",", "ü"]], "text[]", as: [String].self)
        try await roundTrip([[nil, "NULL", nil]], "text[]", as: [String?].self)
        try await roundTrip([[UUID(), UUID()]], "uuid[]")
        try await roundTrip([[true, false]], "boolean[]")
        try await roundTrip([[JSONText(text: #"{"a": "b,c"}"#)]], "jsonb[]")
        try await roundTrip([[Colour.red, .green]], "text[]")
    }

    @Test func timesKeepTheirMicroseconds() async throws {
        let seconds = [0, -0.5, 1, 951_782_400.000001, 1_795_456_800.123456, -62_135_596_800, 253_402_300_799.999]
        try await roundTrip(seconds.map { Date(timeIntervalSince1970: $0) }, "timestamptz")
        try await roundTrip([Date(timeIntervalSince1970: .infinity)], "timestamptz")
    }

    @Test func theServerReadsTimesAsWeMeanThem() async throws {
        try await withSession { session in
            let row = try session.queryOne(
                "SELECT $1 = '2024-02-29 12:00:00.25+00'::timestamptz AS same, '2024-02-29 14:00:00.25+02'::timestamptz AS zoned",
                Date(timeIntervalSince1970: 1_709_208_000.25))
            #expect(try row?["same"] == true)
            #expect(try row?["zoned"] == Date(timeIntervalSince1970: 1_709_208_000.25))
        }
    }

    @Test func nullIsNilForOptionalsAlone() async throws {
        try await withSession { session in
            let row = try #require(try session.queryOne("SELECT $1::bigint AS number, 5::bigint AS five", nil as Int?))
            #expect(try row.decode("number", as: Int?.self) == nil)
            #expect(try row.decode("five", as: Int?.self) == 5)
            let error = #expect(throws: DatabaseError.self) { try row.decode("number", as: Int.self) }
            #expect(error?.code == .decoding)
            #expect(error?.message.contains("number") == true)
        }
    }

    @Test func aWrongTypeIsAnErrorWithoutTheValue() async throws {
        try await withSession { session in
            let row = try #require(try session.queryOne("SELECT 'secret' AS word, 99999999999 AS large, '{1,x}' AS list"))
            let errors = [
                #expect(throws: DatabaseError.self) { try row.decode("word", as: Int.self) },
                #expect(throws: DatabaseError.self) { try row.decode("word", as: Date?.self) },
                #expect(throws: DatabaseError.self) { try row.decode("word", as: Colour.self) },
                #expect(throws: DatabaseError.self) { try row.decode("large", as: Int32.self) },
                #expect(throws: DatabaseError.self) { try row.decode("list", as: [Int].self) },
                #expect(throws: DatabaseError.self) { try row.decode("missing", as: Int.self) },
            ]
            for error in errors {
                #expect(error?.code == .decoding)
                #expect(error?.description.contains("secret") == false)
            }
        }
    }

    @Test func aTextWithNulIsRefusedBeforeItIsCut() async throws {
        try await withSession { session in
            let error = #expect(throws: DatabaseError.self) { try session.query("SELECT $1::text", "a\0b") }
            #expect(error?.code == .invalidParameter)
            let row = try session.queryOne("SELECT 1 AS one")
            #expect(try row?["one"] == 1)
        }
    }
}

enum Colour: String, PostgresCodable, PostgresArrayElement {
    case red, green
}

private func withSession(_ body: @escaping @Sendable (Session) throws -> Void) async throws {
    let pool = try Database.pool(size: 1)
    let outcome = await outcome { try await pool.session(body) }
    await pool.close()
    try outcome.get()
}

private func roundTrip<T: PostgresCodable & Equatable>(_ values: [T], _ type: String, as: T.Type = T.self) async throws {
    try await withSession { session in
        for value in values {
            let row = try session.queryOne("SELECT $1::\(type) AS value", value)
            #expect(try row?["value"] == value)
        }
    }
}
