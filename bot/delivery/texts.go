package delivery

import (
	"fmt"
	"time"
)

// Every sentence a person may read from this package.

const textParked = "抱歉，您刚才的消息没有处理成功，已告知管理员。请稍后再试，或换一种说法。"

func textParkedAdmin(update string, received time.Time) string {
	return fmt.Sprintf("【运行提醒】%s收到的第 %s 号更新连续 %d 次处理失败，已搁置，不影响后续消息。详情请看运行日志。",
		chineseTime(received), update, MaxTries)
}

// textStoreAway holds for messages, which Telegram keeps for 24 hours, and for
// button presses, which it keeps for 150 seconds.
const textStoreAway = "系统暂时不能保存新消息。您发来的文字和文件，恢复后会接着处理，请不必重发；按过的按钮如果没有反应，请到时再按一次。"

// textStoreFull says the same of a store without room, which does not come back
// by itself.
const textStoreFull = "系统的存储空间满了，暂时不能收下新消息，已告知管理员。您发来的文字和文件，腾出空间后会接着处理，请不必重发；按过的按钮如果没有反应，请到时再按一次。"

// textFull answers what could not be kept while other things go on.
const textFull = "抱歉，系统的存储空间满了，您刚才这一步没有保存，已告知管理员。提问不受影响；办理备案请等空间腾出后，再做一次这一步。"

const textFullAdmin = "【运行提醒】存储空间已满，新的记录和消息写不进去。请尽快清理磁盘（先移走旧备份），或者扩大数据库、Redis 的空间；腾出后会自动恢复，不必重启。"

const textJobFailed = "抱歉，您交办的后台任务没有完成，已告知管理员。请稍后再试。"

func textJobFailedAdmin(key string, asked time.Time) string {
	return fmt.Sprintf("【运行提醒】%s交办的后台任务（%s）连续 %d 次失败，已搁置。详情请看运行日志。", chineseTime(asked), key, MaxTries)
}

func textRefusedAdmin(key string, reason refusal) string {
	return fmt.Sprintf("【运行提醒】一条待发消息（编号 %s）未能送达，已搁置。原因：%s。详情请看运行日志。", key, textRefusal[reason])
}

var textRefusal = map[refusal]string{
	refusalOther:    "Telegram 不接受这条消息",
	refusalNoChat:   "找不到对方的会话，对方可能还没有打开过机器人",
	refusalEntities: "消息格式有误，已改为纯文本发送但仍未成功",
	refusalTooLong:  "消息太长",
	refusalTooLarge: "文件太大",
	refusalFile:     "待发的文件读不到",
	refusalUnread:   "存储的内容无法读取",
}

// zone is that of China, which has one.
var zone = time.FixedZone("CST", 8*60*60)

func chineseTime(t time.Time) string { return t.In(zone).Format("2006年1月2日15:04") }

// What the operator reads of a Redis address or server that does not serve.
const (
	textRedisScheme    = "Redis 地址应以 redis://、rediss://、redis+sentinel://、redis+cluster:// 或 unix:// 开头"
	textRedisSocket    = "Redis 地址 unix:// 之后应为套接字的绝对路径，例如 unix:///run/redis.sock"
	textRedisMaster    = "Redis 哨兵地址缺少主库名称，应为 redis+sentinel://主机1,主机2/主库名称"
	textRedisClusterDB = "Redis 集群只有 0 号库，请去掉地址末尾的库号"
	textRedisOneHost   = "redis:// 只能写一台主机；哨兵请用 redis+sentinel://，集群请用 redis+cluster://"
	textRedisEscape    = "Redis 地址中的用户名、密码或参数含有未转义的特殊字符，请改为百分号编码（例如 @ 写成 %40）"
	textRedisQuery     = "Redis 地址的参数无法识别：哨兵只支持 sentinel_user 和 sentinel_password，unix:// 只支持 db"
	textRedisDB        = "Redis 地址中的库号应为 0 或正整数"
	textRedisHost      = "Redis 地址中的第 %d 台主机写法有误，应为“主机”或“主机:端口”，且不能重复"

	textRedisNode     = "节点 %s：%s"
	textRedisOld      = "Redis 版本 %s 过旧，请升级到 6.2 或更新的版本。"
	textRedisEvicts   = "Redis 的 maxmemory-policy 为 %s，内存不足时会悄悄丢弃数据，请改为 noeviction。"
	textRedisNoAOF    = "Redis 没有开启 appendonly，重启会丢失消息，请设置 appendonly yes 和 appendfsync always。"
	textRedisNoFsync  = "Redis 的 appendfsync 为 no，断电会丢失消息，请改为 always。"
	textRedisEverySec = "Redis 的 appendfsync 为 everysec，断电最多丢失约 1 秒的消息，建议改为 always。"
	textRedisAlone    = "Redis 有副本，但没有设置 min-replicas-to-write，主从切换时可能丢失刚收下的消息，建议设为 1。"
	textRedisUnseen   = "无权查看 Redis 的 %s，请向服务方确认已开启持久化（appendonly yes、appendfsync always）、不淘汰数据（noeviction）、版本不低于 6.2。"
)
