package localtelegram

// ReadHTML reads a text as the Bot API reads parse_mode HTML: it gives what
// people see, or the error that Telegram would answer with. Whoever makes such
// texts can try them without a server.
func ReadHTML(source string) (plain string, err error) {
	plain, _, err = parseHTML(source)
	return plain, err
}
