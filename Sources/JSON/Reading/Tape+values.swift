extension Tape {
    func isNull(_ index: Int) -> Bool { entries[index].kind == .null }

    /// `nil` where it is no boolean.
    func bool(_ index: Int) -> Bool? {
        switch entries[index].kind {
        case .yes: true
        case .no: false
        default: nil
        }
    }

    func isString(_ index: Int) -> Bool {
        entries[index].kind == .plainString || entries[index].kind == .escapedString
    }

    /// `nil` where it is no string.
    func string(_ index: Int) -> String? {
        guard isString(index) else { return nil }
        let entry = entries[index]
        return bytes.withUnsafeBytes { text in
            JSONString.text(
                UnsafeRawBufferPointer(rebasing: text[Int(entry.start)..<Int(entry.end)]),
                hasEscapes: entry.kind == .escapedString)
        }
    }

    /// The value of an object's member; of two alike the first's.
    func member(of object: Int, named key: String) -> Int? {
        var wanted = key
        return wanted.withUTF8 { wanted in
            bytes.withUnsafeBufferPointer { text in
                entries.withUnsafeBufferPointer { entries in
                    var place = object + 1
                    while place < entries[object].next {
                        let isWanted =
                            entries[place].kind == .plainString
                            ? entries[place].is(wanted, in: text) : string(place) == key
                        if isWanted { return place + 1 }
                        place = Int(entries[place + 1].next)
                    }
                    return nil
                }
            }
        }
    }
}

extension Tape.Entry {
    fileprivate func `is`(_ wanted: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard Int(end - start) == wanted.count else { return false }
        return wanted.indices.allSatisfy { text[Int(start) + $0] == wanted[$0] }
    }
}

// MARK: Numbers

extension Tape {
    func isNumber(_ index: Int) -> Bool { entries[index].kind == .number }

    /// `nil` where it is no number, none of the type, or not written as RFC 8259, section 6 says.
    func integer<Number: FixedWidthInteger>(_ index: Int, as type: Number.Type = Number.self) -> Number? {
        let entry = entries[index]
        guard entry.kind == .number else { return nil }
        var place = Int(entry.start)
        let isNegative = bytes[place] == UInt8(ascii: "-")
        if isNegative { place += 1 }
        guard place < entry.end, bytes[place] != UInt8(ascii: "0") || place + 1 == entry.end else {
            return whole(index)
        }
        var number: Number = 0
        while place < entry.end {
            guard case UInt8(ascii: "0")...UInt8(ascii: "9") = bytes[place] else {
                return whole(index)
            }
            let (product, isTooLarge) = number.multipliedReportingOverflow(by: 10)
            let digit = Number(truncatingIfNeeded: bytes[place] - UInt8(ascii: "0"))
            let (sum, isFull) = isNegative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
            guard !isTooLarge, !isFull else { return nil }
            number = sum
            place += 1
        }
        return number
    }

    /// `1.0` and `1e3` are whole. Where not every whole number has a `Double` of its own, nobody can tell.
    private func whole<Number: FixedWidthInteger>(_ index: Int) -> Number? {
        guard let number = double(index), abs(number) < 0x1p53 else { return nil }
        return Number(exactly: number)
    }

    /// `nil` where it is no number, or too large for the type.
    func double(_ index: Int) -> Double? {
        let entry = entries[index]
        guard entry.kind == .number else { return nil }
        let digits = bytes[Int(entry.start)..<Int(entry.end)]
        guard Self.isWellFormed(digits), let text = String(validating: digits, as: UTF8.self), let number = Double(text),
            number.isFinite
        else { return nil }
        return number
    }

    /// `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`
    private static func isWellFormed(_ digits: ArraySlice<UInt8>) -> Bool {
        var rest = digits
        func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let whole = rest.prefix(while: isDigit)
        guard let leading = whole.first, leading != UInt8(ascii: "0") || whole.count == 1 else { return false }
        rest = rest.dropFirst(whole.count)
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix(while: isDigit)
            guard !fraction.isEmpty else { return false }
            rest = rest.dropFirst(1 + fraction.count)
        }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
            let exponent = rest.prefix(while: isDigit)
            guard !exponent.isEmpty else { return false }
            rest = rest.dropFirst(exponent.count)
        }
        return rest.isEmpty
    }
}
