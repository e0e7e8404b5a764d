package conversations

import (
	"errors"
	"slices"
	"testing"
	"time"
)

// notice has the form of the yearly notice; its days are made up.
const notice = `各省、自治区、直辖市人民政府，现将2031年元旦、春节、国庆节放假调休日期的具体安排通知如下。
一、元旦：2030年12月31日（周二）至1月2日（周四）放假，共3天。1月5日（周日）上班。
二、春节：1月22日（农历腊月二十九、周三）至28日（农历正月初六，周二）放假调休，共7天。1月18日（周六）、２月８日（周六）上班。
三、清明节：4月5日（周六）放假。
四、劳动节：5月1日（周四）至4日（周日）放假调休，共4天。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作。`

func TestTheNoticeOfTheYearIsReadAsItIsPublished(t *testing.T) {
	n, err := ReadHolidayNotice(notice)
	if err != nil {
		t.Fatal(err)
	}
	off := []string{"2030-12-31..2031-01-02", "2031-01-22..2031-01-28", "2031-04-05..2031-04-05", "2031-05-01..2031-05-04"}
	on := []string{"2031-01-05", "2031-01-18", "2031-02-08"}
	if n.Year != 2031 || !slices.Equal(n.Off, off) || !slices.Equal(n.On, on) {
		t.Fatalf("%+v", n)
	}
	c, err := NewCalendar(n.Table())
	if err != nil {
		t.Fatal(err)
	}
	if day, exact := c.After(time.Date(2031, 1, 17, 0, 0, 0, 0, time.UTC), 5); !exact || day.Format(dayForm) != "2031-01-30" {
		t.Errorf("five working days after the 17th end on %s (%v)", day.Format(dayForm), exact)
	}
	if !slices.Contains(c.Years(), 2031) {
		t.Error(c.Years())
	}
}

func TestWhatIsNoNoticeIsRefused(t *testing.T) {
	for _, text := range []string{"", "你好", "2031年", "2031年元旦放假", "10月1日至7日放假", "2031年2月30日放假", "2031年5月9日至3日放假", "2031年1月1日至12月31日放假"} {
		if n, err := ReadHolidayNotice(text); !errors.Is(err, ErrNotice) {
			t.Errorf("%q: %+v, %v", text, n, err)
		}
	}
}

func FuzzReadHolidayNotice(f *testing.F) {
	f.Add(notice)
	f.Add("2027年10月1日至7日放假")
	f.Fuzz(func(t *testing.T, text string) {
		n, err := ReadHolidayNotice(text)
		if err != nil {
			return
		}
		if _, err := NewCalendar(n.Table()); err != nil {
			t.Errorf("%q is read as %s, which is no table: %v", text, n.Table(), err)
		}
	})
}
