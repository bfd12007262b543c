import Foundation
import Model
import RabbitMQ
import Testing
import Wire

@Suite("Signed messages")
struct SigningTests {
    let root = RootKey.fresh()
    let installation = InstallationID.fresh()
    let place = Destination.commands(.memory, "north")

    var engine: Signer { Signer(root: root, installation: installation) }
    var site: SiteFile { SiteFile(site: "north", installation: installation, root: root) }

    func command(_ signer: Signer, site: String = "north") throws -> SignedMessage {
        try signer.seal(.command, destination: place.name, site: site, payload: Samples.commands[0], repeat: true)
    }

    func read(_ message: SignedMessage, body: [UInt8]? = nil, at destination: String? = nil, schema: Int = 1) throws -> Opened<
        Command
    > {
        try Verifier(site: site).open(
            body ?? message.body, headers: message.headers, as: Command.self, kind: .command,
            expectedDestination: destination ?? place.name, schema: schema)
    }

    @Test("an agent reads what the engine sends to its site")
    func commands() throws {
        let opened = try read(try command(engine))
        #expect(opened.payload == Samples.commands[0])
        #expect(opened.repeat)
        #expect(opened.site == "north")
    }

    @Test("a watchdog reads what an agent says, and knows of which site it is")
    func reports() throws {
        let message = try Signer(site: site).message(
            .report, to: .reports("north"), site: "north", payload: Samples.reports[0])
        #expect(message.mandatory && message.persistent)
        let opened = try Verifier(root: root, installation: installation).open(
            message.body, headers: message.headers, as: Report.self, kind: .report, expectedDestination: Queues.reports)
        #expect(opened.site == "north")
        #expect(opened.payload == Samples.reports[0])
    }

    @Test("a changed body, an exchanged signature and missing headers are refused")
    func tampered() throws {
        let message = try command(engine)
        var body = message.body
        body[body.count / 2] ^= 1
        #expect(throws: WireError.tampered) { try read(message, body: body) }
        let other = try command(Signer(root: .fresh(), installation: installation))
        #expect(throws: WireError.tampered) { try read(other) }
        #expect(throws: WireError.unsigned) {
            try Verifier(site: site).open(
                message.body, headers: [:], as: Command.self, kind: .command, expectedDestination: place.name)
        }
    }

    @Test("a command for one site is nothing to another, nor is a report a command")
    func otherSite() throws {
        #expect(throws: WireError.foreignSite("south")) { try read(try command(engine, site: "south")) }
        let report = try Signer(site: site).seal(.command, destination: place.name, site: "north", payload: Samples.commands[0])
        #expect(throws: WireError.tampered) { try read(report) }
    }

    @Test("an agent can't speak for another site, even with its own key")
    func impostor() throws {
        let claim = try Signer(site: site).seal(.report, destination: Queues.reports, site: "south", payload: Samples.reports[1])
        #expect(throws: WireError.tampered) {
            try Verifier(root: root, installation: installation).open(
                claim.body, headers: claim.headers, as: Report.self, kind: .report, expectedDestination: Queues.reports)
        }
    }

    @Test("a message that was moved, of another kind or installation is refused")
    func moved() throws {
        #expect(throws: WireError.wrongDestination(place.name)) {
            try read(try command(engine), at: Queues.commands(.docker, "north"))
        }
        let control = try engine.seal(.control, destination: place.name, site: "north", payload: Control.cancel(.fresh()))
        #expect(throws: WireError.wrongKind("control")) { try read(control) }
        let foreign = try command(Signer(root: root, installation: .fresh()))
        #expect(throws: WireError.foreignInstallation) { try read(foreign) }
    }

    @Test("no site's key makes a marker")
    func marker() throws {
        let verifier = Verifier(root: root, installation: installation)
        let forged = try Signer(site: site).seal(
            .marker, destination: Queues.reports, site: "north", payload: Marker(leader: UUID(), number: 1))
        #expect(throws: WireError.tampered) {
            try verifier.open(
                forged.body, headers: forged.headers, as: Marker.self, kind: .marker, expectedDestination: Queues.reports)
        }
        let marker = Marker(leader: UUID(), number: 2)
        let genuine = try engine.seal(.marker, destination: Queues.reports, site: "watchdog", payload: marker)
        let opened = try verifier.open(
            genuine.body, headers: genuine.headers, as: Marker.self, kind: .marker, expectedDestination: Queues.reports)
        #expect(opened.payload == marker)
    }

    @Test("too large a message is neither sent nor read")
    func oversized() throws {
        let limit = WireError.oversized(limit: 4 << 20)
        let large = String(repeating: "x", count: 4 << 20)
        #expect(throws: limit) { try engine.seal(.command, destination: place.name, site: "north", payload: [large]) }
        let message = try command(engine)
        #expect(throws: limit) { try read(message, body: [UInt8](repeating: 0, count: (4 << 20) + 1)) }
    }

    @Test("what is rightly signed and unreadable says where, not what")
    func undecodable() throws {
        let message = try engine.seal(.command, destination: place.name, site: "north", payload: ["operation": "secret-value"])
        #expect { try read(message) } throws: { error in
            guard case .undecodable(let place) = error as? WireError else { return false }
            return place.contains("payload") && !place.contains("secret-value")
        }
    }

    @Test("a newer schema is told apart, and its head still reads")
    func newerSchema() throws {
        let message = try command(engine)
        #expect(throws: WireError.newerSchema(1)) { try read(message, schema: 0) }
        let head = try Verifier(site: site).open(
            message.body, headers: message.headers, as: CommandHead.self, kind: .command, expectedDestination: place.name,
            schema: .max)
        #expect(head.payload.operation == Samples.commands[0].operation)
        #expect(head.payload.host.id == Samples.commands[0].host.id)
    }
}
