public import NIOCore

/// What one connection may ask of the engine.
public struct Limits: Sendable {
    /// Bytes of one request's body.
    public var body: Int
    /// From the end of a request's head to the end of its body.
    public var bodyTime: TimeAmount
    /// Without a complete request head, and between two requests.
    public var idleTime: TimeAmount
    /// Connections at a time; a reserve beyond them is for saying no, and for `/healthz`.
    public var connections: Int
    public var reserve: Int
    /// How long a connection beyond the bound may stay.
    public var surplusTime: TimeAmount
    /// Bytes of one header field, and of all fields together.
    public var headerBytes: Int
    public var headerFields: Int
    /// How long, and for how many bytes, a refused request is read on so that its sender can read the refusal.
    public var lingerTime: TimeAmount
    public var lingerBytes: Int

    public init(
        body: Int = 1 << 20, bodyTime: TimeAmount = .seconds(30), idleTime: TimeAmount = .seconds(60),
        connections: Int = 1024, reserve: Int = 64, surplusTime: TimeAmount = .seconds(5), headerBytes: Int = 32 << 10,
        headerFields: Int = 100, lingerTime: TimeAmount = .seconds(2), lingerBytes: Int = 8 << 20
    ) {
        self.body = body
        self.bodyTime = bodyTime
        self.idleTime = idleTime
        self.connections = connections
        self.reserve = reserve
        self.surplusTime = surplusTime
        self.headerBytes = headerBytes
        self.headerFields = headerFields
        self.lingerTime = lingerTime
        self.lingerBytes = lingerBytes
    }
}
