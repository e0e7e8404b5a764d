package records

// What people read of this package.
const (
	sayUnreadable   = "这一条记录无法读取。"
	sayMissingEntry = "这一条记录缺失或者次序不对。"
	sayChangedEntry = "这一条记录与校验值不符，可能被改动过。"
	sayHeadDiffers  = "最后的记录与末尾标记不符，可能有记录被删去。"
)
