"""A fourth set of made-up texts: how personal data is said in calls, chats and memos, and what only looks like it.

All of it was written before the rules met any of it, and split before a result was looked at: every second
template went to ``MENDED``, whose misses were read to mend the rules, the others to ``UNSEEN``, of which only
the scores were looked at: its misses must stay unread, so that it says what to expect of new wording. The two
halves share no given name. On first sight recall and precision were 0.68/0.99 (``MENDED``) and 0.76/0.95
(``UNSEEN``); after the rules were mended, 0.98/1.00 and 0.92/0.98. ``(은)`` and the like stand for the particle that
fits the value before them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from pii_cases import Case, _digits, _mobile, _pick, _speak, generate

FRESH = (
    # who speaks, who is spoken to
    "{person} 고객님 되시죠 반갑습니다",
    "네 {person} 고객님 조회되었습니다 잠시만 기다려 주세요",
    "저 {person}인데요 지난주에 접수한 거 어떻게 됐어요",
    "아 저 {person}인데 아까 전화드렸던 사람이요",
    "예금주 {person}(으)로 돼 있을 거예요",
    "예금주가 {person} 맞는지 확인해 주세요",
    "네 본인입니다 {person}(예)요",
    "{person} 씨 휴대폰 맞나요",
    "혹시 {person}님 본인이세요?",
    "제 와이프 {person} 명의로 되어 있어요",
    "명의자는 남편이고요 {person}입니다",
    "어머니 성함이 {person}이세요",
    "아버지 성함은 {person}이시고 저는 {person2}입니다",
    "가입자분 성함 {person} 확인되십니다",
    "고객 {person}, 3회 이상 동일 불만 접수",
    "민원인 {person} 재통화 요청함",
    "[메모] {person} 고객 해지 의사 강함, 팀장 이관",
    "{person} 고객 본인인증 실패로 처리 불가 안내함",
    "배우자 {person} 대리 신청 건임",
    "접수자 {person} / 처리자 {person2} / 완료",
    "통화자: {person} (가입자의 딸)",
    "상담이력: {person}({phone}) 요금제 변경 문의",
    "{person} 팀장님 바꿔 달라니까요",
    "어제 {person} 상담사분하고 통화했거든요",
    "상담하신 분이 {person}씨라고 하던데요",
    "기사님 성함이 {person}(이)라고 적혀 있더라구요",
    "명함 보니까 {person} 과장이던데 연락 한 번 없네요",
    "거기 {person} 실장이라는 분이 된다고 했어요",
    "담당이 {person} 대리님이시라면서요",
    "저희 아들 {person} 앞으로 가입된 보험이요",
    "딸 이름으로 했어요 {person}이요",
    "택배 받는 사람 {person}(으)로 바꿔 주세요",
    "수령인은 제가 아니라 {person}(예)요",
    "받으시는 분 성함은 {person} 고객님이실까요",
    "수취인 {person}, 연락처 {phone}, 부재 시 경비실",
    "보내는 사람 {person} 받는 사람 {person2} 이렇게요",
    "선물로 {person}한테 보낸 건데 주소가 틀렸어요",
    "{person}에게 양도하려고 하는데 서류가 뭐가 필요하죠",
    "입금자명을 {person} 말고 {person2}(으)로 썼어요",
    "보험금 수익자는 {person}(으)로 지정해 주세요",
    "피보험자 {person} 계약자 {person2} 맞습니다",
    "환자분 성함은요? {person}이요 올해 일곱 살이에요",
    "원생 {person} 학부모인데요 셔틀이 안 왔어요",
    "투숙객명 {person} 예약 확인 부탁드립니다",
    "예약은 {person} 이름으로 두 명 했어요",
    "탑승객 {person} 좌석이 바뀌어 있어요",
    "대표자 {person} 명의 법인폰입니다",
    "작성자 {person} 2024년 3월 작성",
    "문의드립니다. {person}입니다. 결제가 두 번 됐습니다.",
    "안녕하세요 {person}(이)라고 하는데요 어제 주문 취소했거든요",
    "여보세요 네 {person}입니다 말씀하세요",
    "행복을 드리는 상담사 {person}입니다 무엇을 도와드릴까요",
    "정성을 다하겠습니다 여울카드 {person}입니다",
    "이상 {person}(었)습니다 좋은 하루 되세요",
    "저는 상담원 {person}(었)고요 불편드려 죄송합니다",
    "{person} 드림",
    "감사합니다. {person} 올림",
    "해지 신청서 신청인 {person} (서명)",
    "위임인 {person}, 수임인 {person2}",
    "{person}(이)가 누군데 제 계정에 등록돼 있나요",
    "{person}(은)는 탈퇴한 직원이라고 하네요",
    "제가 {person} 본인 맞다니까요 왜 자꾸 물어봐요",
    "{person} 본인 아니면 안 된다고 하시네요",
    "계정 이름이 {person}(으)로 나와요 저 아닌데",
    "청구서에 {person} 귀하라고 적혀서 왔어요",
    "{person} 귀하 미납 안내라고 문자가 왔습니다",
    "친구 {person} 추천으로 가입했는데 적립금이 안 들어왔어요",
    "추천인란에 {person} 썼는데 인정이 안 된대요",
    "공동명의자 {person}도 같이 빼 주세요",
    "세대주 {person} 앞으로 나온 고지서예요",
    "보호자 {person} 서명이 필요하다고요?",
    "학생 이름 {person}, 3학년이고 수학반이에요",
    "이름이 {person}인데 {person2}(으)로 잘못 등록됐어요",
    "성은 김이고 이름은 민 자 수 자 쓰는 {person}(예)요",
    # speech recognition without spaces
    "저는{person}인데요환불이아직도안들어왔어요",
    "네{person}고객님맞으십니까",
    "{person}입니다전화번호는{phone_spoken}이고요",
    "제이름은{person}(이)고주소는바뀌었어요",
    "상담사{person}입니다무엇을도와드릴까요",
    "예금주는{person}(이)고계좌는{account}입니다",
    "연락처{phone}로문자주세요",
    "제번호가{phone_spoken}이거든요",
    "주민번호는{rrn_spoken}입니다",
    "카드번호{card_loose}확인해주세요",
    "성함이어떻게되세요 {person}이요",
    "{person}씨되시죠택배기사입니다",
    # phones
    "{phone_spoken} 이 번호로 문자 하나 남겨 주세요",
    "전화번호는 {phone_broken}입니다",
    "번호 불러드릴게요 {phone_broken}이요",
    "지금 거신 번호 {phone} 맞으시죠 고객님",
    "비상 연락처로 {phone} 등록되어 있으십니다",
    "회사 번호는 {phone}이고 내선 302번이에요",
    "{phone}(으)로 걸면 없는 번호라고 나와요",
    "발신번호 {phone_spoken}(으)로 자꾸 스팸이 와요",
    "인증번호가 {phone} 여기로 안 오고 옛날 번호로 가요",
    "남편 폰 {phone}, 제 폰 {phone} 두 대 결합이요",
    "끝번호가 아니라 전체 번호가 {phone_spoken} 이거예요",
    "{phone} 으로 회신 바랍니다 - {person}",
    "콜백 요청 {phone} 오후 3시 이후 통화 가능",
    "팩스는 {phone}로 보내 주시면 됩니다",
    "아니 {phone_spoken}라고 세 번을 말했잖아요",
    "동의서에 적힌 {phone}(은)는 제 번호가 아닙니다",
    # residents and foreigners
    "주민번호 말씀드릴게요 {rrn_spoken}이요",
    "아이 주민등록번호가 {rrn}인데 가입이 안 된대요",
    "팩스로 보낸 신분증에 {rrn} 다 나와 있어요",
    "제가 생년월일이랑 뒷자리까지 {rrn} 다 불러드렸잖아요",
    "등본에 {person} {rrn}(으)로 되어 있습니다",
    "{person} {rrn} 명의도용 신고합니다",
    "주민번호가 {rrn_spoken} 이렇게 되는데 조회가 안 되나요",
    "외국인등록번호 {frn}(으)로 본인인증이 안 돼요",
    "제 외국인 번호 {frn}인데요 통장 개설이 왜 안 되죠",
    "작년에 태어난 딸 {rrn} 태아보험 전환이요",
    "피보험자 주민번호 {rrn} 확인 부탁드립니다",
    "주민등록번호 앞자리는 {FRONT}입니다",
    # cards
    "카드 번호가요 {card_loose}예요",
    "{card} 유효기간 06/27 이걸로 결제해 주세요",
    "분실한 카드가 {card} 이거고 새 카드는 아직 안 왔어요",
    "신용카드 {card}(으)로 정기결제 걸려 있는 거 풀어 주세요",
    "법인카드 {card} 한도 증액 문의드립니다",
    "카드번호 열여섯 자리 {card_loose} 맞나요",
    "결제수단 {card} 등록 해제 요청",
    "체크카드예요 {card_loose}이고 농협이에요",
    # accounts
    "환불은 {bank} {account} 예금주 {person}(으)로 부탁드립니다",
    "{bank} {account_spoken}이고요 예금주는 {person}(예)요",
    "계좌번호 불러드릴게요 {account_broken}이요",
    "{bank} {account_broken}입니다 {person}이요",
    "{account} {bank} {person} 이 계좌로 넣어 주세요",
    "자동이체가 {bank} {account}에서 빠져나가요",
    "가상계좌 {account} 입금 기한 지났대요",
    "계좌가 바뀌었어요 {bank} {account}(으)로 해 주세요",
    "보증금 반환 계좌 {bank} {account} {person}",
    "제 통장 {account} 압류됐다고 문자가 왔어요",
    "월급통장은 {bank}이고 번호는 {account_spoken}이에요",
    "송금을 {account}(으)로 잘못 했어요 {bank}인데 취소되나요",
    # e-mail
    "이메일은 {email_aloud}이에요",
    "메일 주소 불러드릴게요 {email_aloud}입니다",
    "{email_aloud} 여기로 계약서 보내 주세요",
    "아이디는 {email}이고 비밀번호를 잊어버렸어요",
    "청구서를 {email}(으)로 바꿔 달라고 했는데 우편으로 왔어요",
    "로그인 메일이 {email}인지 {email}인지 모르겠어요",
    "{person} <{email}> 님이 보내셨습니다",
    "회신은 {email}, 급하면 {phone}",
    "메일이 {email_spoken}인데 한 번도 안 왔어요",
    "제 구글 계정 {email} 해킹당한 것 같아요",
    # addresses
    "배송지를 {address}(으)로 변경해 주세요",
    "집이 {address_spoken}이에요",
    "주소 불러드릴게요 {address_spoken}이요",
    "설치 주소는 {address_spoken} 맞으시죠",
    "{address}에 사는데 인터넷 속도가 안 나와요",
    "청구지 {address}, 수신인 {person}",
    "{home}인데요 위층 공사 소음 때문에요",
    "저희 집 {home}이거든요 문 앞에 놔 주세요",
    "도로명으로 {address}, 지번은 몰라요",
    "수거는 {address}에서 해 가세요 {phone}",
    "{home} {person} 앞으로 온 등기요",
    "가맹점 말고 자택 {address}(으)로 보내 달라고요",
    "이사 전 주소 {address}, 이사 후 주소 {address}",
    "기사님이 {home} 아니고 옆 동으로 가셨대요",
    # other
    "차 번호 {plate} 정기주차 등록이요",
    "{plate} 차량 사고 접수했는데 연락이 없어요",
    "제 차가 {plate}거든요 보험 갱신 금액이 이상해요",
    "여권번호 {passport} 오타 수정해 주세요",
    "면허번호는 {license}입니다 렌트하려고요",
    "생년월일 {birth} {person} 조회 부탁합니다",
    "제 생일이 {birth}인데 만 나이로 얼마예요",
    # asked for in a dialogue
    "상담원: 네 고객님 성함 먼저 여쭤봐도 될까요\n고객: 아 네 {person}(예)요\n"
    "상담원: 네 {person2} 고객님은 배우자분이신가요",
    "상담사: 실례지만 통화하시는 분 성함이요\n고객: {person}\n상담사: 감사합니다",
    "상담원: 예금주분 성함 확인하겠습니다\n고객: 어 {person}이요 제 동생이에요",
    "상담원: 연락 가능한 번호 있으실까요\n고객: 네 {phone_broken}이요",
    "상담원: 가입하신 분이 누구신가요\n고객: 저희 엄마요 {person}이요",
    "상담원: 받으시는 분 성함 알려주세요\n고객: {person}요\n상담원: 연락처도 부탁드립니다\n고객: {phone_spoken}이요",
    "A: 안녕하세요 여울보험 {person}입니다\nB: 네 안녕하세요 {person2}인데요 보험료가 올랐어요",
    "상담원: 이메일 주소 불러주시겠어요\n고객: {email_aloud}이요",
    "상담원: 환불받으실 계좌 부탁드립니다\n고객: {bank} {account_broken}이요",
    "상담원: 방문드릴 주소 말씀해 주시겠어요\n고객: {address_spoken}요",
    "상담원: 생년월일 여섯 자리요\n고객: {FRONT}이요",
    "상담원: 카드 뒤 네 자리 말고 전체 번호 부탁드려요\n고객: {card_loose}요",
    "상담원: 반갑습니다 {person}입니다\n고객: 저 {person2}인데 좀 전에 끊겼어요",
    "화자1: 혹시 {person} 고객님 되십니까\n화자2: 네 전데요\n화자1: 여울통신 {person2}입니다",
    # what must stay: numbers of things
    "주문번호 {ORDER} 건 배송지 변경되나요",
    "{ORDER} 이 주문 취소해 주세요 아직 출고 전이래요",
    "송장번호가 {TRACKING}인데 조회가 안 돼요",
    "{TRACKING} 운송장으로 반품 보냈습니다",
    "접수번호 {ORDER}(으)로 문의드렸던 사람입니다",
    "상품코드 {ORDER} 재입고 언제 되나요",
    "승인번호 {APPROVAL} {PRICE} 취소 요청드려요",
    "인증번호 {CODE} 입력했는데 틀렸다고 나와요",
    "{MODEL} {DATE} 구매했고 {PRICE} 결제했습니다",
    "제품번호 {SERIAL} 보증기간 확인해 주세요",
    "시리얼이 {SERIAL}인데 정품 등록이 안 됩니다",
    "{PRICE}에서 {PRICE}(으)로 올랐는데 왜 안내를 안 해요",
    "{DATE} {PRICE}, {DATE} {PRICE} 두 번 결제됐어요",
    "{COMPANY}(으)로 전화하면 계속 통화 중이에요",
    "{COMPANY}번은 수신자 부담 아닌가요",
    "회원번호 {ORDER} 등급이 왜 내려갔죠",
    "증권번호 {ORDER} 해약환급금 알려 주세요",
    "바코드 {ORDER} 스캔이 안 돼요",
    "예약번호 {ORDER} 체크인 3시 맞나요",
    "2024년 11월 21일 14시 30분 접수, 11월 25일 17시 처리 완료",
    "통화시간 5분 32초 대기시간 12분 45초",
    "데이터 100GB 중에 87.5GB 썼는데 속도가 400kbps로 떨어졌어요",
    "총 {PRICE} 중 부가세 {PRICE} 위약금 {PRICE}",
    "12개월 약정 24개월 할부 매달 {PRICE}씩",
    "구매수량 120 단가 3500 합계 420000",
    "문의번호 {APPROVAL} 답변이 {DATE}까지 없음",
    "사업자번호 {BUSINESS} 현금영수증 발급이요",
    "공동현관 비밀번호가 바뀌어서 못 들어갔대요",
    "오류 메시지 E-1024-3301 뜨고 꺼져요",
    "일이삼사 이런 쉬운 비밀번호는 안 된대요",
    # what must stay: words that look like names
    "이해가 안 되네요 정말 조금도 이해할 수가 없어요",
    "전화도 안 받고 조금 기다리라고만 하고 정말 너무하네요",
    "주문하신 상품이 품절이라고 문자만 왔어요",
    "안내하신 분이 잘못 알려 주신 거잖아요",
    "전화하신 분 누구세요 하고 물어보니 끊어 버렸어요",
    "유선으로 안내받은 내용이랑 다르네요",
    "정상적으로 처리됐다더니 아니었어요",
    "이용하시던 요금제가 종료됐다고 하네요",
    "신청하신 고객님만 된다고 해서 포기했습니다",
    "상담사님이 친절하게 설명해 주셔서 고마웠어요",
    "팀장님이 전화 주신다고 했는데 감감무소식이에요",
    "기사님 두 분이 오셨는데 한 분은 서 계시기만 했어요",
    "점장님 불러 달라고 했더니 부재중이라고 하네요",
    "원장님 선생님 다 좋으신데 접수 직원이 문제예요",
    "고객님이라고 부르면서 말투는 반말이에요",
    "책임자분 성함이 어떻게 되냐고 물어도 대답을 안 해요",
    "상담원 이름도 안 알려 주고 끊었습니다",
    "예금주가 달라서 환불이 안 된다고 하네요",
    "명의자 본인이 아니면 해지가 안 된대요",
    "수령인이 부재중이라 반송됐다고 나와요",
    "한국통운 기사가 현관 앞에 던지고 갔어요",
    "하나카드에서 신한카드로 바꾸려고요",
    "현대홈쇼핑에서 산 거고 삼성페이로 결제했어요",
    "이마트 신세계 롯데 다 가 봤는데 여기만 이래요",
    "우리은행 국민은행 다 되는데 여기만 안 돼요",
    "고려저축 최저금리라더니 심사하고 나니 다르네요",
    "남양우유 유통기한이 지나 있었어요",
    "신라면 오뚜기밥 한 박스씩 왔는데 찌그러졌어요",
    "한라봉 배송이 늦어서 다 물렀어요",
    "진라면이 터져서 왔고 오징어는 녹아 있었어요",
    "공기청정기 정수기 안마의자 셋 다 고장이에요",
    "지난주에 주문한 이불이 아직 안 왔습니다",
    "방금 상담받은 사람인데 왜 또 처음부터 설명해야 하죠",
    "최소한 연락은 주셔야 하는 거 아닌가요",
    "안전하게 배송한다더니 박스가 다 찢어졌어요",
    "성수기라 어렵다는 말만 반복해요",
    "나머지 금액은 언제 환불되나요",
    "고민하다가 결국 해지하려고 전화했어요",
    "강남점 서초점 송파점 다 재고가 없대요",
    "경기도 광주시 매장이랑 전라도 광주 매장이 가격이 달라요",
    "홍대입구역 3번 출구 편의점 옆에 있는 매장이요",
    "어머님 아버님 하면서 친한 척하는데 불쾌했어요",
    "민원 담당 주무관님이 바쁘시다고만 합니다",
    "강사님 수업은 좋은데 환불 규정이 이상해요",
    "박스 안에 사은품이 없어요 기대했는데",
    "조용한 방으로 달라고 했는데 엘리베이터 옆이었어요",
    "여기 저기 전화 돌리기만 하고 해결은 안 돼요",
    "신입 상담원인지 하나도 모르시더라고요",
    "장기고객인데 신규만 우대하네요 배신감 느껴요",
    "노트북 화면이 나갔는데 보증이 끝났대요",
    "차라리 다른 통신사로 옮길까 고민 중입니다",
    "제발 전화 좀 받으세요 어이가 없네요 진짜",
    "선생님이라는 호칭도 부담스럽고 사모님이라고 하지 마세요",
    "지점장이라는 사람이 나와서 소리를 지르더라고요",
    "배우 이름 딴 요금제라더니 광고만 요란하네요",
    "구독 서비스 해지 버튼을 못 찾겠어요",
    "현금으로 오만 원 카드로 이만 원 냈어요",
    "이사하면서 정지 신청한 인터넷 요금이 나왔어요",
    "사장님께서 직접 나오셔서 사과하셨어요",
    "본인확인이 안 된다는데 본인 맞다고요",
    "고객센터 직원분들 교육 다시 하셔야겠어요",
    "유모차 바퀴가 빠져서 아이가 다칠 뻔했어요",
    "반품비 왕복 육천 원을 왜 제가 내나요",
    "노인이라고 무시하는 건가요 천천히 말해 달라니까",
    "이자까지 다 갚았는데 왜 연체라고 뜨죠",
    "한 달 넘게 기다렸는데 주소가 틀렸다네요",
    "신발 사이즈 이백오십인데 이백육십이 왔어요",
    "엄마가 대신 신청하면 안 되나요 저는 바빠서요",
    "정기배송 우유가 상해서 왔는데 기사도 모른대요",
    "양도양수 하려니까 서류가 너무 많아요",
    "모바일 상품권 유효기간이 지났다고 합니다",
)
MENDED, UNSEEN = FRESH[0::2], FRESH[1::2]


def fresh_cases(templates: tuple[str, ...], *, seed: int = 20261122, repeats: int = 2) -> list[Case]:
    """The templates of one half, filled with the names of that half."""
    given = _GIVEN[0::2] if templates is MENDED else _GIVEN[1::2]

    def person(chance: Random) -> str:
        return _person(chance, given)

    random, slots = Random(seed), {**_SLOTS, "person": person, "person2": person}
    return [
        _with_particles(case)
        for case in generate(seed=random.randrange(1 << 30), repeats=repeats, templates=templates, slots=slots)
    ]


_PARTICLES = {
    "은": ("은", "는"),
    "이": ("이", ""),
    "가": ("이", "가"),
    "을": ("을", "를"),
    "으": ("으", ""),
    "예": ("이에", "예"),
    "었": ("이었", "였"),
}
_PARTICLE = re.compile(r"\((은|이|가|을|으|예|었)\)([는가])?")


def _with_particles(case: Case) -> Case:
    """``김민수(은)는`` → ``김민수는``; the spans move along."""
    text, spans, last, moved = "", list(case.spans), 0, 0
    for match in _PARTICLE.finditer(case.text):
        if match.start() == 0 or not case.text[match.start() - 1].isalnum():
            continue
        with_final, without = _PARTICLES["가" if match[2] == "가" else match[1]]
        before = case.text[match.start() - 1]
        final = before in "013678" if before.isdigit() else (ord(before) - 0xAC00) % 28 > 0 if before >= "가" else False
        if match[1] == "으" and (before in "178" or (before >= "가" and (ord(before) - 0xAC00) % 28 == 8)):
            final = False
        piece = with_final if final else without
        text += case.text[last : match.start()] + piece
        shift = len(piece) - len(match.group())
        spans = [
            (kind, start + shift, end + shift) if start >= match.end() + moved else (kind, start, end)
            for kind, start, end in spans
        ]
        moved += shift
        last = match.end()
    return Case(text=text + case.text[last:], spans=tuple(spans))


# Family names as frequent as in the census of 2015, roughly per thousand.
_FAMILY = dict(
    zip(
        "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진나지엄채원천방공현함변염여추도소석선설마길"
        "연위표명기반왕금옥육인맹제모탁국어은편용",
        (
            215, 147, 84, 47, 43, 24, 21, 20, 20, 17, 15, 15, 15, 15, 14, 14, 14, 14, 13, 11, 11, 9, 9, 9, 9, 8, 8, 7,
            13, 6, 5, 5, 5, 4, 4, 4, 4, 4, 4, 4, 4, 4, 3, 3, 3, 3, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1,
            1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        ),
        strict=False,
    )
)  # fmt: skip
_GIVEN = re.findall(
    r"\w+",
    """
    영자 정순 순임 말례 복남 옥자 춘배 판수 갑수 병태 두만 영구 인태 상구 봉길 정임 금례 화순 용자 덕례 기순 종례
    병학 창배 성규 영균 재권 현섭 인규 창열 재익 원식 상덕 병곤 진구 종범 태용 광일 경배 승덕 명섭 동배 홍렬 치영
    헌수 흥수 윤기 도식 미정 은미 현숙 정란 경임 영례 미선 정옥 인숙 해숙 문자 윤임 금희 선례 혜란 명자 향미 은주
    수정 연미 진희 미라 정은 유경 지훈 성우 민철 정우 동우 형진 준일 대희 상윤 병찬 주영 승범 재덕 동혁 영빈 현중
    규환 성근 지완 두현 기웅 형우 정한 태경 소정 지애 유미 민아 아영 혜리 주연 보라 은별 가람 진주 송이 다혜 세진
    나리 미소 예슬 하나 새미 단비 슬아 현지 유리 초아 도현 지율 시후 이준 로운 하람 은찬 태오 윤우 도하 시온 지한
    이안 서후 건 유건 라율 해준 단우 결 온유 이현 주안 태율 아린 나은 하윤 서아 지유 예나 소이 라희 채이 유주 로아
    수하 다인 예담 이서 은유 세아 리아 봄 윤슬 하온 시아 담 여름 재하 준모 필규 경은 종우 석진 태걸 문규 철웅 노을
    한솔 범준 웅 찬웅 희근 혁진 완수 의진 용범 세권 은호 휘성 강산 무진
    """,
)  # fmt: skip
_DOUBLE = ("남궁", "황보", "제갈", "선우", "독고", "사공", "서문")


def _person(random: Random, given: list[str]) -> str:
    """A full name; rarely with a double family name, and as rarely of two syllables as the given names say."""
    if random.random() < 0.03:
        return random.choice(_DOUBLE) + random.choice([name for name in given if len(name) == 2])
    return random.choices(list(_FAMILY), weights=list(_FAMILY.values()))[0] + random.choice(given)


_FILLERS = ("음", "어", "그", "네", "저기")


def _phone_broken(random: Random) -> str:
    """A phone number said with pauses, as a speech recogniser writes them."""
    a, b, c = _mobile(random)
    x, y, z = _speak(a), _speak(b), _speak(c)
    filler = random.choice(_FILLERS)
    return _pick(
        random,
        lambda: f"{x} {filler} {y} {z}",
        lambda: f"{x} {y[:2]} {y[2:]} {z[:2]} {z[2:]}",
        lambda: f"{x}, {y}, {filler} {z}",
        lambda: f"{a} {filler} {b} {c}",
        lambda: f"{x}에 {y}에 {filler} {z}",
        lambda: f"{x} 하고 {y} {z}",
        lambda: f"{x} {y}  {z[:3]} {z[3:]}",
        lambda: f"{a}.. {b}.. {c}",
    )


def _account_broken(random: Random) -> str:
    """A bank account said with pauses or cut in odd places."""
    number = str(random.randrange(1, 10)) + _digits(random, random.choice((10, 11, 12, 13)))
    spoken, filler = _speak(number), random.choice(_FILLERS)
    return _pick(
        random,
        lambda: f"{spoken[:3]} {spoken[3:6]} {filler} {spoken[6:]}",
        lambda: f"{number[:3]} {number[3:7]} {number[7:]}",
        lambda: f"{number[:3]}-{number[3:6]} {number[6:]}",
        lambda: f"{spoken[:4]} {spoken[4:6]} {spoken[6:9]} {spoken[9:]}",
        lambda: f"{number[:6]} {filler} {number[6:]}",
        lambda: " ".join(number),
        lambda: f"{spoken[:3]}에 {spoken[3:7]}에 {spoken[7:]}",
    )


def _email_aloud(random: Random) -> str:
    """An e-mail address read aloud, letter by letter or in words."""
    letters = {
        "a": "에이",
        "b": "비",
        "h": "에이치",
        "j": "제이",
        "k": "케이",
        "m": "엠",
        "n": "엔",
        "s": "에스",
        "y": "와이",
    }
    user = "".join(random.choice(list(letters)) for _ in range(3))
    said, number = " ".join(letters[letter] for letter in user), _digits(random, 2)
    domain = random.choice(["네이버 점 컴", "네이버닷컴", "지메일 닷컴", "다음 점 넷", "한메일 점 넷", "카카오 점 컴"])
    word = random.choice(["happy", "sky", "dream", "mina", "cool", "star"])
    return _pick(
        random,
        lambda: f"{said} {_speak(number)} 골뱅이 {domain}",
        lambda: f"{said} 골뱅이 {domain}",
        lambda: f"{word}{number} 골뱅이 {domain}",
        lambda: f"{word} 언더바 {number} 골뱅이 {domain}",
        lambda: f"{word} {_speak(number)} 골뱅이 {domain}",
        lambda: f"{word}{number}골뱅이{domain}",
        lambda: f"{word}{number} at naver.com",
    )


def _spoken_count(number: int) -> str:
    """123 → 백이십삼."""
    said = ""
    for unit, name in ((1000, "천"), (100, "백"), (10, "십")):
        if digit := number // unit % 10:
            said += ("" if digit == 1 else "일이삼사오육칠팔구"[digit - 1]) + name
    return said + ("일이삼사오육칠팔구"[number % 10 - 1] if number % 10 else "")


def _address_spoken(random: Random) -> str:
    """A home address as it is said, numbers in words or not."""
    place = random.choice(
        [
            "서울 강서구 화곡동",
            "부산 사하구 하단동",
            "수원시 권선구 권선동",
            "대구 달서구 상인동",
            "경기도 부천시 상동",
            "청주시 흥덕구 복대동",
        ]
    )
    road = random.choice(["강서로", "낙동대로", "권광로", "월배로", "길주로", "가로수로"])
    estate = random.choice(["현대아파트", "주공아파트", "우방타운", "한신빌라", "동아아파트", "롯데캐슬"])
    n, dong, ho = random.randrange(2, 400), random.randrange(101, 119), random.randrange(101, 1900)
    count = _spoken_count
    return _pick(
        random,
        lambda: f"{place} {count(n)}번지",
        lambda: f"{place} {n} 다시 {random.randrange(1, 30)}",
        lambda: f"{place} {estate} {count(dong)}동 {count(ho)}호",
        lambda: f"{place} {estate} {dong}동 {ho}호",
        lambda: f"{place.rsplit(' ', 1)[0]} {road} {count(n)}",
        lambda: f"{place.rsplit(' ', 1)[0]} {road} {n}길 {random.randrange(1, 60)} {random.randrange(1, 6)}층",
        lambda: f"{place} {estate} {dong}동에 {ho}호",
    )


_SLOTS: dict[str, Callable[[Random], str]] = {
    "phone_broken": _phone_broken,
    "account_broken": _account_broken,
    "email_aloud": _email_aloud,
    "address_spoken": _address_spoken,
    "bank": lambda random: random.choice(
        [
            "국민은행",
            "신한은행",
            "우리은행",
            "하나은행",
            "농협",
            "기업은행",
            "카카오뱅크",
            "새마을금고",
            "케이뱅크",
            "토스뱅크",
            "신협",
            "SC제일은행",
        ]
    ),
    "APPROVAL": lambda random: _digits(random, 8),
    "CODE": lambda random: _digits(random, 6),
    "SERIAL": lambda random: random.choice(["R5CT", "G9X", "SN", "KR7"]) + _digits(random, 7),
}
