import Testing

@testable import RabbitMQ

@Suite("AMQP URL")
struct BrokerURLTests {
    @Test("Every part is read")
    func everyPart() throws {
        let configuration = try BrokerConfiguration(
            url: "amqps://us%40er:p%3Ass%2F@broker.example:1234/a%2Fb?cacertfile=/ca.pem&certfile=/c.pem&keyfile=/k.pem"
                + "&heartbeat=7&connection_timeout=900&auth_mechanism=plain")
        #expect(configuration.host == "broker.example" && configuration.port == 1234)
        #expect(configuration.virtualHost == "a/b")
        #expect(configuration.tls == .init(authorities: "/ca.pem", certificate: "/c.pem", key: "/k.pem"))
        #expect(configuration.heartbeat == 7 && configuration.connectTimeout == .milliseconds(900))
        guard case .password(let user, let password) = configuration.login else { return #expect(Bool(false)) }
        #expect(user == "us@er" && password.text == "p:ss/")
    }

    @Test("What is not said has RabbitMQ's defaults")
    func defaults() throws {
        let configuration = try BrokerConfiguration(url: "amqp://host")
        #expect(configuration.port == 5672 && configuration.virtualHost == "/" && configuration.tls == nil)
        #expect(configuration.heartbeat == 10 && configuration.connectTimeout == .seconds(5))
        guard case .password(let user, let password) = configuration.login else { return #expect(Bool(false)) }
        #expect(user == "guest" && password.text == "guest")
        #expect(try BrokerConfiguration(url: "amqps://host").port == 5671)
        #expect(try BrokerConfiguration(url: "amqps://host").tls?.authorities == "/etc/ssl/certs/ca-certificates.crt")
    }

    @Test(
        "The path is the virtual host",
        arguments: [("", "/"), ("/", ""), ("/%2F", "/"), ("/%2f", "/"), ("/x", "x"), ("/x%20y", "x y")])
    func virtualHost(path: String, name: String) throws {
        #expect(try BrokerConfiguration(url: "amqp://host\(path)").virtualHost == name)
    }

    @Test("An address in brackets is one for the resolver")
    func addressSix() throws {
        #expect(try BrokerConfiguration(url: "amqp://[::1]:5672/").host == "::1")
    }

    @Test(
        "What can't be used is refused, without telling the password",
        arguments: [
            "http://u:swordfish@host", "amqp://u:swordfish@", "amqp://u:swordfish@host/a/b", "amqp://u:swordfish@host:0/",
            "amqp://u:swordfish@host?heartbeat=0", "amqp://u:swordfish@host?heartbeat=swordfish",
            "amqp://u:swordfish@host?connection_timeout=1", "amqp://u:swordfish@host?password=swordfish",
            "amqp://u:swordfish@host?cacertfile=/x", "amqps://u:swordfish@host?certfile=/x",
            "amqps://u:swordfish@host?auth_mechanism=external", "amqp://u:swordfish@host?auth_mechanism=swordfish", "swordfish",
            "amqp://u:swordfish@ho st/",
        ])
    func refused(url: String) {
        let error = #expect(throws: BrokerError.self) { try BrokerConfiguration(url: url) }
        #expect(error?.code == .configuration)
        #expect(error?.message.contains("swordfish") == false)
    }

    @Test("A configuration that is printed or dumped shows no password")
    func noSecrets() throws {
        let configuration = try BrokerConfiguration(url: "amqp://u:swordfish@host/v")
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!"\(configuration) \(String(reflecting: configuration)) \(dumped)".contains("swordfish"))
    }
}
