/// A fault to inject: the next `times` calls of a kind are delayed, refused, or kill the host.
public struct MemoryFault: Codable, Sendable, Hashable {
    /// `list`, `create`, `start`, `stop`, `remove`, `image`, `info`, `events`, `log`, `write`,
    /// `file`, or `*` for any.
    public var call: String
    public var times: Int
    public var action: Action
    /// Only once the call has done its work: the caller can't know.
    public var afterwards: Bool

    public enum Action: Codable, Sendable, Hashable {
        /// `injected` is answered with status 500.
        case refuse(MemoryRefusal.Code)
        /// Milliseconds.
        case delay(Int)
        /// The host process ends at once.
        case die
    }

    private enum CodingKeys: String, CodingKey {
        case call, times, error, refuse, delay, die, afterwards
    }

    public init(call: String, times: Int = 1, action: Action, afterwards: Bool = false) {
        self.call = call
        self.times = times
        self.action = action
        self.afterwards = afterwards
    }

    /// `{"call":"start","times":1,"error":true}`, `{"call":"create","refuse":"no-room"}`,
    /// `{"call":"*","delay":50}`, `{"call":"create","die":true,"afterwards":true}`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        call = try container.decode(String.self, forKey: .call)
        times = try container.decodeIfPresent(Int.self, forKey: .times) ?? 1
        afterwards = try container.decodeIfPresent(Bool.self, forKey: .afterwards) ?? false
        if let milliseconds = try container.decodeIfPresent(Int.self, forKey: .delay) {
            action = .delay(milliseconds)
        } else if let code = try container.decodeIfPresent(MemoryRefusal.Code.self, forKey: .refuse) {
            action = .refuse(code)
        } else {
            action = try container.decodeIfPresent(Bool.self, forKey: .die) == true ? .die : .refuse(.injected)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(call, forKey: .call)
        try container.encode(times, forKey: .times)
        try container.encode(afterwards, forKey: .afterwards)
        switch action {
        case .refuse(let code): try container.encode(code, forKey: .refuse)
        case .delay(let milliseconds): try container.encode(milliseconds, forKey: .delay)
        case .die: try container.encode(true, forKey: .die)
        }
    }
}

/// The faults still to come.
public struct MemoryFaults: Sendable {
    private var waiting: [MemoryFault] = []

    public init() {}

    public mutating func add(_ fault: MemoryFault) {
        if fault.times > 0 { waiting.append(fault) }
    }

    public mutating func clear() {
        waiting = []
    }

    /// Takes the oldest fault that strikes this call.
    public mutating func take(_ call: String) -> MemoryFault? {
        guard let index = waiting.firstIndex(where: { $0.call == call || $0.call == "*" }) else { return nil }
        let fault = waiting[index]
        waiting[index].times -= 1
        if waiting[index].times == 0 { waiting.remove(at: index) }
        return fault
    }
}
