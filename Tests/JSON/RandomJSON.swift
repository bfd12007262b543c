/// Invents JSON.
struct RandomJSON {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    private mutating func roll(_ sides: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 33) % sides
    }

    mutating func text() -> String { value(depth: 0) }

    /// A byte changed, dropped or doubled.
    mutating func spoilt() -> [UInt8] {
        var bytes = Array(text().utf8)
        let place = roll(bytes.count)
        switch roll(4) {
        case 0: bytes[place] = UInt8(roll(256))
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(bytes[place], at: place)
        default: bytes[place] = Array(#"{}[]",:\0e-+u1"#.utf8)[roll(14)]
        }
        return bytes
    }

    private mutating func value(depth: Int) -> String {
        switch roll(depth < 4 ? 9 : 6) {
        case 0: return ["null", "true", "false"][roll(3)]
        case 1, 2: return number()
        case 3, 4, 5: return string()
        case 6, 7:
            let keys = (0..<roll(roll(8) == 0 ? 30 : 5)).map { "\($0)" }
            return "{"
                + keys.map { "\"\(string().dropFirst().dropLast())\($0)\"\(space()):\(space())\(value(depth: depth + 1))" }
                .joined(separator: "," + space()) + "}"
        default: return "[" + (0..<roll(5)).map { _ in value(depth: depth + 1) }.joined(separator: space() + ",") + space() + "]"
        }
    }

    private mutating func space() -> String { ["", " ", "\n\t", "\r "][roll(4)] }

    private mutating func number() -> String {
        [
            "0", "-0", "7", "-12", "\(Int.max)", "\(Int.min)", "9223372036854775808", "1.0", "0.1", "1e3", "1E-2", "-2.5e+10",
            "100000000000000000000",
            "\(roll(1_000_000))", "\(roll(1000)).\(roll(1000))",
        ][roll(15)]
    }

    private mutating func string() -> String {
        "\""
            + (0..<roll(8)).map { _ in
                [
                    "a", "z", "é", "\u{1F600}", #"\n"#, #"\""#, #"\\"#, #"\/"#, #"\u0041"#, #"\u00e9"#, #"\ud83d\ude00"#,
                    #"\u0000"#, " ",
                ][roll(13)]
            }.joined() + "\""
    }
}
