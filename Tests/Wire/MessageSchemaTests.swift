import Foundation
import Model
import SchemaJudge
import Testing
import Wire

@Suite("Every message is as its JSON Schema says, and reads back as it was")
struct MessageSchemaTests {
    let root = RootKey.fresh()
    let installation = InstallationID.fresh()

    @Test(arguments: Samples.commands)
    func command(_ payload: Command) throws {
        try check(.command, payload)
    }

    @Test(arguments: Samples.reports)
    func report(_ payload: Report) throws {
        try check(.report, payload)
    }

    @Test func observe() throws {
        try check(.observe, Samples.observe)
    }

    @Test(arguments: Samples.queries)
    func query(_ payload: Query) throws {
        try check(.query, payload)
    }

    @Test func control() throws {
        try check(.control, Control.cancel(.fresh()))
    }

    @Test func marker() throws {
        try check(.marker, Marker(leader: UUID(), number: 1))
    }

    @Test(arguments: Samples.answers)
    func answer(_ payload: Answer) throws {
        let key = SitePrivateKey.fresh()
        try check(.answer, try SealedAnswer(payload, to: key.publicKey.base64, query: UUID()))
        let json = try WireJSON.decode(JSONValue.self, from: WireJSON.encode(payload))
        #expect(try JSONSchema("answer").problems(of: json, at: "/$defs/answer").isEmpty)
    }

    @Test("a member that the schema does not know is a problem, and so is a missing one")
    func strict() throws {
        let json = try message(.observe, Samples.observe)
        guard case .object(var members) = json, case .object(var payload) = members["payload"] else {
            return #expect(Bool(false))
        }
        payload["extra"] = .null
        payload["digest"] = nil
        members["payload"] = .object(payload)
        #expect(try JSONSchema("observe").problems(of: .object(members)).count == 2)
    }

    @Test("every code of an error is in the schema")
    func codes() throws {
        for code in WorkError.Code.allCases {
            let report = Report.outcome(Samples.attempt, .failed(WorkError(.terminal, code, "x")))
            #expect(try JSONSchema("report").problems(of: try message(.report, report)).isEmpty, "\(code.rawValue)")
        }
    }

    private func check<Payload: Codable & Hashable>(_ kind: MessageKind, _ payload: Payload) throws {
        #expect(try JSONSchema(kind.rawValue).problems(of: try message(kind, payload)).isEmpty)
        #expect(try WireJSON.decode(Payload.self, from: WireJSON.encode(payload)) == payload)
    }

    private func message(_ kind: MessageKind, _ payload: some Encodable) throws -> JSONValue {
        let signer = Signer(root: root, installation: installation)
        let signed = try signer.seal(kind, destination: "somewhere", site: "default", payload: payload, traceparent: "00-1-2-01")
        return try WireJSON.decode(JSONValue.self, from: signed.body)
    }
}
